import { defineConfig } from "vite";

export default defineConfig({
  // Relative, so that the page also works behind a path.
  base: "./",
  build: {
    target: "es2023",
    // All of it is one page: nothing is loaded later.
    modulePreload: false,
    chunkSizeWarningLimit: 2000,
  },
});
