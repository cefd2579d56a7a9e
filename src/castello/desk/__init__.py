"""The working day with a case: opening, building, adding, checking, tracing, deleting, packing."""
