"""
What comes in as data, one folder for each format: a reader, a description, and a sample of our own making.

A reader takes a file and gives what it holds together with an issue for each thing that is wrong; good rows are kept, and a
file that cannot be read at all is an issue too. Sources ignore one another, and none of them says what it means.
"""
