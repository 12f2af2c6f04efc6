"""Decomposes NVDA's return of 2025-01-27 with numpy: python3 0002-golden-decomposition.py BARS_DAILY_CSV"""
import collections, csv, sys
import numpy as np

BASKET = ["AVGO", "MRVL", "TSM", "ASML", "ANET", "VRT", "ARM"]
EVENT = "2025-01-27"
close = collections.defaultdict(dict)
for row in csv.DictReader(open(sys.argv[1])):
    close[row["symbol"]][row["date"]] = float(row["close"])
returns = {}
for symbol in ["SPY", "NVDA"] + BASKET:
    days = sorted(close[symbol])
    returns[symbol] = {b: close[symbol][b] / close[symbol][a] - 1 for a, b in zip(days, days[1:])}


def decompose(window):
    series = lambda f: np.array([f(day) for day in window])
    basket = lambda day: np.mean([returns[symbol][day] for symbol in BASKET])
    market, own, theme = series(returns["SPY"].get), series(returns["NVDA"].get), series(basket)
    one = np.ones(len(window))
    gamma = np.linalg.lstsq(np.c_[one, market], theme, rcond=None)[0]
    rest = theme - np.c_[one, market] @ gamma
    m, r = returns["SPY"][EVENT], returns["NVDA"][EVENT]
    t = basket(EVENT) - gamma[0] - gamma[1] * m
    first = np.linalg.lstsq(np.c_[one, market], own, rcond=None)[0]
    both = np.linalg.lstsq(np.c_[one, market, rest], own, rcond=None)[0]
    drift, with_market, with_theme = own.mean(), first @ [1, m], both @ [1, m, t]
    parts = [drift, with_market - drift, with_theme - with_market, r - with_theme]
    print(len(window), "sessions:", [round(100 * float(part), 2) for part in parts])


sessions = [day for day in sorted(close["SPY"]) if "2024-01-11" <= day <= "2025-01-08"]
decompose(sessions)
every = sorted({day for symbol in close for day in close[symbol]})
decompose([day for day in sessions if every[every.index(day) - 1] in close["SPY"]])
