// An extension of JupyterLab that is small enough to need no build: cells that begin with %%writefile or %%lambda
// become a document of their own, as they are, in the "language" lambdalint, which lambdalint's language server
// speaks. To others such cells stay what they were: one string in the notebook's Python.
// How JupyterLab loads it: https://jupyterlab.readthedocs.io/en/stable/extension/extension_dev.html
"use strict";
(() => {
  let shared;

  async function load(name) {
    const versions = Object.values(shared[name] ?? {});
    if (!versions.length) {
      throw new Error(`lambdalint: JupyterLab shares no ${name}`);
    }
    return (await versions[0].get())();
  }

  const writtenCells = {
    language: "lambdalint",
    fileExtension: "cells",
    standalone: false,
    cellType: ["code"],
    hasForeignCode: (code) => /^%%(writefile|lambda)\s/.test(code),
    extractForeignCode: (code) => {
      const lines = code.split("\n");
      const last = lines.length - 1;
      const range = { start: { line: 0, column: 0 }, end: { line: last, column: lines[last].length } };
      return [{ hostCode: code, foreignCode: code, range, virtualShift: null }];
    },
  };

  async function plugin() {
    const { ILSPCodeExtractorsManager } = await load("@jupyterlab/lsp");
    return {
      id: "lambdalint:written-cells",
      description: "Shows lambdalint the cells that write files.",
      autoStart: true,
      optional: [ILSPCodeExtractorsManager],
      activate: (_, extractors) => extractors?.register(writtenCells, "python"),
    };
  }

  window._JUPYTERLAB = window._JUPYTERLAB ?? {};
  window._JUPYTERLAB["lambdalint"] = {
    init: (scope) => {
      shared = scope;
    },
    get: async () => {
      const made = await plugin();
      return () => ({ __esModule: true, default: made });
    },
  };
})();
