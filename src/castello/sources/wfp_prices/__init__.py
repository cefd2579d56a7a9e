"""WFP food prices as published on HDX: one row a market, commodity, unit and month; whole-country and global files, with or without HXL row."""

from castello.sources.wfp_prices.reader import SOURCE

__all__ = ["SOURCE"]
