import { defineConfig } from "vitest/config";

// Tests run the sources, without a build: `source` is the condition under which the packages export them.
const conditions = ["source", "module", "node", "development|production"];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ["packages/*/test/**/*.test.ts", "tools/**/*.test.ts"],
    // Machines that run tests are often busy: a limit should catch a hang, not a slow minute.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
