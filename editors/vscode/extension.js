// Starts `herald lsp` and connects it to the editor. Everything else the server does.
const vscode = require("vscode");
const { LanguageClient } = require("vscode-languageclient/node");

/** @type {LanguageClient | undefined} */
let client;

function create() {
  const settings = vscode.workspace.getConfiguration("herald");
  const args = ["lsp"];
  const asOf = settings.get("asOf", "").trim();
  if (asOf) {
    args.push("--as-of", asOf);
  }
  const run = { command: settings.get("path", "herald"), args };
  return new LanguageClient("herald", "Herald", { run, debug: run }, {
    // Texts of templates in files of their own are served too; the server knows which of them a campaign names.
    documentSelector: [
      { scheme: "file", language: "campaign" },
      { scheme: "untitled", language: "campaign" },
      { scheme: "file", pattern: "**/*.mjml" },
    ],
  });
}

async function start() {
  client = create();
  try {
    await client.start();
  } catch (error) {
    const path = vscode.workspace.getConfiguration("herald").get("path", "herald");
    vscode.window.showErrorMessage(`Herald: \`${path}\` could not be started (${error}). Set \`herald.path\`.`);
  }
}

async function stop() {
  const old = client;
  client = undefined;
  if (old && old.needsStop()) {
    await old.stop();
  }
}

async function activate(context) {
  const restart = async () => {
    await stop();
    await start();
  };
  context.subscriptions.push(vscode.commands.registerCommand("herald.restart", restart));
  context.subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration("herald.path") || event.affectsConfiguration("herald.asOf")) {
        return restart();
      }
    }),
  );
  await start();
}

module.exports = { activate, deactivate: stop };
