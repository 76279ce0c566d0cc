// Reads a JSON array of pages of HTML and writes what axe-core finds in each, as JSON. The rules are those
// that stand for RGAA 4, WCAG 2.1 A and AA, and good practice.
const fs = require("node:fs");
const axe = require("axe-core");
const { JSDOM } = require("jsdom");

async function check(html) {
  const page = new JSDOM(html, { runScripts: "outside-only", pretendToBeVisual: true });
  page.window.eval(axe.source);
  const found = await page.window.axe.run(page.window.document, {
    runOnly: { type: "tag", values: ["RGAAv4", "wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] },
    // jsdom draws nothing, so that no contrast can be measured.
    rules: { "color-contrast": { enabled: false } },
  });
  const shortened = (results) =>
    results.map(({ id, help, tags, nodes }) => ({ rule: id, help, rgaa: tags.includes("RGAAv4"), where: nodes.map((node) => node.html) }));
  page.window.close();
  return { violations: shortened(found.violations), unsure: shortened(found.incomplete), passes: shortened(found.passes) };
}

async function main() {
  const results = [];
  for (const html of JSON.parse(fs.readFileSync(0, "utf8"))) {
    results.push(await check(html));
  }
  process.stdout.write(JSON.stringify(results));
}

main().catch((error) => {
  process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
});
