import { expect, test } from "vitest";
import { formatFlow, formatWhere, parseFlow, parseWhere } from "../src/state/location.ts";

test.each([
  "#/day-one/matrix?stage=policy1&flow=client-qa>webserver-dev:80/TCP&panel=wide",
  "#/day-one/matrix?stage=db-mistake&mode=diff&flow=dbserver-dev>webserver-dev:80/TCP",
  "#/files-9f3a2c1e/matrix?q=port=8080/TCP+-ns=default",
  "#/local/editor?line=policy1.yaml:13-25",
  "#/day-one/design?stage=policy1&other=kept",
])("%s is read and written alike", (link) => {
  expect(formatWhere(parseWhere(link)).replaceAll("%3D", "=")).toBe(link);
});

test("what is no place leads to a first one", () => {
  expect(parseWhere("").view).toBe("open");
  expect(parseWhere("#/day-one").view).toBe("design");
  expect(parseWhere("#/day-one/nowhere?%E0%A4%A=1").view).toBe("design");
});

test("a flow with and without its port", () => {
  expect(parseFlow("dev/a>10.0.0.1:53/UDP")).toEqual({ from: "dev/a", to: "10.0.0.1", port: "53/UDP" });
  expect(parseFlow("a>2001:db8::1")).toEqual({ from: "a", to: "2001:db8::1", port: undefined });
  expect(formatFlow({ from: "a", to: "b", port: "80/TCP" })).toBe("a>b:80/TCP");
  expect(parseFlow("a")).toBeUndefined();
});
