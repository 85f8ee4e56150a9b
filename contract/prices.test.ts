import { expect, test } from "vitest";
import { parsePrices } from "./prices.ts";

test("prices are read; what is left out costs what input costs, in USD", () => {
  expect(parsePrices("input=1.25,cached=0.125,output=10")).toEqual({
    ...{ input: 1.25, cached: 0.125, cacheWrite: 1.25, output: 10, currency: "USD" },
  });
  expect(parsePrices(" output=10 , input=0, cacheWrite=2, currency=EUR")).toEqual({
    ...{ input: 0, cached: 0, cacheWrite: 2, output: 10, currency: "EUR" },
  });
});

test.each(["", "input=1", "output=1", "input=1,output=-1", "input=1,output=1e9", "input=1,output=1,input=2"])(
  "%j is none",
  (text) => expect(parsePrices(text)).toBeUndefined(),
);
test.each(["input=1,output=1,speed=3", "input=1,output=1,currency=usd", "input=1;output=1", "input=1,output="])(
  "%j neither",
  (text) => expect(parsePrices(text)).toBeUndefined(),
);
