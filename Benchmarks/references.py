"""Bars per second of common Python tools on the series that `epicenter-bench analyze` made.

Each does less than the analyze stage: one rolling regression and one volatility, no shocks, groups, onsets or records.
"""

import sys
import time

import numpy as np

path, days, names = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
closes = np.fromfile(path).reshape(days, names)
returns = closes[1:] / closes[:-1] - 1
WINDOW = 250


def line(name, bars, seconds):
    print(f"{name:<64}{bars / seconds / 1e6:>14.4f} M/s")


def rolling_ols():
    import pandas as pd
    from statsmodels.regression.rolling import RollingOLS

    taken = 20  # names; the cost of a bar does not depend on how many there are
    market = pd.DataFrame({"const": 1.0, "market": returns[:, 0]})
    began = time.perf_counter()
    for name in range(1, taken + 1):
        RollingOLS(pd.Series(returns[:, name]), market, window=WINDOW).fit(params_only=True)
        pd.Series(returns[:, name] ** 2).ewm(alpha=0.06).mean()
    line(f"pandas ewm + statsmodels RollingOLS, window {WINDOW}", taken * len(returns), time.perf_counter() - began)


def river():
    from river import linear_model, optim, stats

    taken = 10
    began = time.perf_counter()
    for name in range(1, taken + 1):
        model = linear_model.LinearRegression(optimizer=optim.SGD(0.01))
        variance = stats.EWVar(0.06)
        for market, own in zip(returns[:, 0].tolist(), returns[:, name].tolist()):
            model.learn_one({"market": market}, own)
            variance.update(own)
    line("river LinearRegression + EWVar, a bar at a time", taken * len(returns), time.perf_counter() - began)


def nautilus(with_indicator):
    from decimal import Decimal

    from nautilus_trader.backtest.engine import BacktestEngine, BacktestEngineConfig
    from nautilus_trader.config import LoggingConfig, StrategyConfig
    from nautilus_trader.indicators import LinearRegression
    from nautilus_trader.model import Bar, BarType, Money, Price, Quantity, TraderId, Venue
    from nautilus_trader.model.currencies import USD
    from nautilus_trader.model.enums import AccountType, OmsType
    from nautilus_trader.test_kit.providers import TestInstrumentProvider
    from nautilus_trader.trading.strategy import Strategy

    taken = min(20, names)
    engine = BacktestEngine(
        BacktestEngineConfig(trader_id=TraderId("BENCH-1"), logging=LoggingConfig(bypass_logging=True))
    )
    venue = Venue("XNAS")
    engine.add_venue(
        venue, OmsType.NETTING, AccountType.CASH, starting_balances=[Money(Decimal(1_000_000), USD)], base_currency=USD
    )
    kinds = []
    for name in range(taken):
        instrument = TestInstrumentProvider.equity(symbol=f"S{name}", venue="XNAS")
        engine.add_instrument(instrument)
        kind = BarType.from_str(f"S{name}.XNAS-1-DAY-LAST-EXTERNAL")
        kinds.append(kind)
        one = Quantity.from_int(1_000_000)
        bars = []
        for day in range(days):
            price = Price(closes[day, name], 2)
            stamp = 1_000_000_000_000_000_000 + day * 86_400_000_000_000
            bars.append(Bar(kind, price, price, price, price, one, stamp, stamp))
        engine.add_data(bars)

    class Watch(Strategy):
        def __init__(self):
            super().__init__(StrategyConfig(strategy_id="WATCH-1"))

        def on_start(self):
            for kind in kinds:
                if with_indicator:
                    self.register_indicator_for_bars(kind, LinearRegression(WINDOW))
                self.subscribe_bars(kind)

    engine.add_strategy(Watch())
    began = time.perf_counter()
    engine.run()
    what = f"with LinearRegression({WINDOW})" if with_indicator else "doing nothing"
    line(f"NautilusTrader BacktestEngine, {what}", taken * days, time.perf_counter() - began)
    engine.dispose()


print(f"references on {days} days of {names} names, Python {sys.version.split()[0]}, one core")
rolling_ols()
river()
nautilus(False)
nautilus(True)
