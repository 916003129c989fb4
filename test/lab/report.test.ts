import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ensurePackages } from "../../src/lab/packages.ts";
import { unsupportedHere } from "../../src/lab/support.ts";
import { renderReport } from "../../src/view/report/page.ts";
import { testFolder } from "../test-folder.ts";
import { changed, finding, ran, reportData } from "../unit/support/report-world.ts";

const why = await unsupportedHere();
const style = readFileSync(resolve(import.meta.dirname, "../../templates/report.css"), "utf8");
const place = testFolder("report");

/** Something that cannot be broken at a blank, as names and paths often are. */
const long = "a-name-that-does-not-end-".repeat(6);

const pages = {
  usual: reportData(),
  offline: reportData({ live: undefined, proofs: undefined, certificates: [] }),
  large: reportData({
    cluster: long,
    hosts: Array.from({ length: 40 }, (_, index) => ({
      name: `gpu-${index}.rack-7.example.org`,
      address: `10.0.0.${index}`,
      roles: ["controlplane", "etcd", "worker"],
      facts: [["system", long] as const],
      gpus: [{ model: "NVIDIA H100 80GB HBM3", count: 8 }],
    })),
    runs: [
      ran({
        outcome: "nothing-to-do",
        changes: Array.from({ length: 300 }, (_, index) => changed({ host: `gpu-${index % 40}`, from: index * 400 })),
      }),
    ],
  }),
  hostile: reportData({
    cluster: "<b>x</b>",
    live: { ...liveOf(reportData()), checks: [finding({ evidence: long, commands: [long] })] },
  }),
};

function liveOf({ live }: ReturnType<typeof reportData>) {
  if (live === undefined) throw new Error("the report of these tests is a live one");
  return live;
}

/** A phone held upright: unlike a narrow window, it shows pages that were not made for it small, and 980 wide. */
const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 3 };

/** Texts that are seen in less than 12 px, with their sizes. */
const smallTexts = `(() => {
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const small = [];
  for (let node = texts.nextNode(); node !== null; node = texts.nextNode()) {
    const size = parseFloat(getComputedStyle(node.parentElement).fontSize) * visualViewport.scale;
    if (node.data.trim() !== "" && size < 12) small.push(size + " " + node.data.trim());
  }
  return small;
})()`;

/** Elements that reach beyond the screen, but for what scrolls within itself and what is there for screen readers alone. */
const beyond = `[...document.body.querySelectorAll("*")].filter((one) => {
  const { left, right, width } = one.getBoundingClientRect();
  const own = one.closest("pre, .scroll");
  return width > 0 && right > 0 && (own === null || own === one) && (left < 0 || right > innerWidth + 0.5);
}).map((one) => one.outerHTML.slice(0, 200))`;

/** Of every table in a box that is narrower: whether a finger on the box moves it to its end, and the page stays. */
const wideTables = `[...document.querySelectorAll("table")].flatMap((table) => {
  const box = table.parentElement;
  if (table.offsetWidth <= box.clientWidth) return [];
  box.scrollLeft = 100000;
  const rest = table.getBoundingClientRect().right - box.getBoundingClientRect().right;
  return [{ moves: getComputedStyle(box).overflowX, toEnd: Math.abs(rest) < 1, page: scrollX, reachable: box.tabIndex }];
})`;

let browser: Browser;

async function open(name: keyof typeof pages, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await (await browser.newContext({ bypassCSP: true, ...options })).newPage();
  page.setDefaultTimeout(300_000);
  await page.goto(pathToFileURL(join(place, `${name}.html`)).href);
  return page;
}

/** A script of the page's own, whose value the test takes as what it says it is. */
function inPage<T>(page: Page, script: string): Promise<T> {
  return page.evaluate<T>(script);
}

/** What axe finds against WCAG 2.2 A and AA and its own best practices. */
async function faults(page: Page): Promise<readonly string[]> {
  await inPage(page, axe.source);
  const asked =
    "axe.run().then(({ violations }) => violations.flatMap((one) => one.nodes.map((node) => one.id + ': ' + node.html)))";
  return inPage(page, asked);
}

function openAll(page: Page): Promise<void> {
  return inPage(page, "for (const one of document.querySelectorAll('details')) one.open = true;");
}

describe.skipIf(why !== undefined)(
  `drover report in a real browser${why === undefined ? "" : ` (left out: ${why})`}`,
  () => {
    beforeAll(async () => {
      await ensurePackages(["chromium"], (line) => console.log(line));
      for (const [name, data] of Object.entries(pages))
        writeFileSync(join(place, `${name}.html`), renderReport(data, style));
      // As root Chromium has no sandbox; it shows nothing but files that this test wrote.
      browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
    });
    afterAll(async () => {
      await browser?.close();
    });

    for (const name of Object.keys(pages) as (keyof typeof pages)[]) {
      for (const colorScheme of ["light", "dark"] as const)
        test(`the ${name} page has no fault of accessibility in ${colorScheme} colours, folded or not`, async () => {
          const page = await open(name, { colorScheme });
          expect(await faults(page)).toEqual([]);
          await openAll(page);
          expect(await faults(page)).toEqual([]);
        });

      test.each([
        ["a phone", 320],
        ["a tablet", 768],
        ["a laptop", 1200],
        ["a wide screen", 1600],
      ])(`the ${name} page never scrolls sideways as a whole on %s`, async (_, width) => {
        const page = await open(name, { viewport: { width, height: 800 } });
        await openAll(page);
        const wide = await inPage<number>(page, "document.documentElement.scrollWidth");
        expect(wide).toBeLessThanOrEqual(width);
      });
    }

    test.each(Object.keys(pages) as (keyof typeof pages)[])("the %s page is readable on a phone", async (name) => {
      const page = await open(name, phone);
      await openAll(page);
      expect(await inPage(page, "[innerWidth, document.documentElement.scrollWidth, visualViewport.scale]")).toEqual([
        390, 390, 1,
      ]);
      expect(await inPage(page, smallTexts)).toEqual([]);
      expect(await inPage(page, beyond)).toEqual([]);
    });

    test("tables that are wider than a phone scroll within themselves, by finger and by keyboard", async () => {
      const page = await open("large", phone);
      await openAll(page);
      const tables = await inPage<readonly unknown[]>(page, wideTables);
      expect(tables.length).toBeGreaterThan(0);
      for (const table of tables) expect(table).toEqual({ moves: "auto", toEnd: true, page: 0, reachable: 0 });
    });

    test("dark and light differ", async () => {
      const ground = async (colorScheme: "light" | "dark") =>
        inPage(await open("usual", { colorScheme }), "getComputedStyle(document.body).backgroundColor");
      expect([await ground("light"), await ground("dark")]).toEqual(["rgb(255, 255, 255)", "rgb(18, 23, 29)"]);
    });

    test("loads nothing, and says nothing on the console", async () => {
      const context = await browser.newContext();
      const page = await context.newPage();
      const heard: string[] = [];
      page.on("console", (message) => heard.push(message.text()));
      page.on("request", (request) => heard.push(request.url()));
      const url = pathToFileURL(join(place, "usual.html")).href;
      await page.goto(url);
      await openAll(page);
      expect(heard).toEqual([url]);
    });

    test("can be walked by keyboard: the skip link first, every fold opened by Enter", async () => {
      const page = await open("usual");
      await page.keyboard.press("Tab");
      const focused = () => inPage(page, "document.activeElement.textContent");
      expect(await focused()).toBe("To the report");
      await page.keyboard.press("Enter");
      // The browser's own process learns of the jump after the page has made it.
      await page.waitForURL(({ hash }) => hash === "#main");
      const folds = await page.locator("summary").count();
      expect(folds).toBeGreaterThan(4);
      const inFold = () => inPage<boolean>(page, "document.activeElement.tagName === 'SUMMARY'");
      for (let opened = 0, steps = 0; opened < folds; steps += 1) {
        expect(steps).toBeLessThan(200);
        await page.keyboard.press("Tab");
        if (!(await inFold())) continue;
        await page.keyboard.press("Enter");
        opened += 1;
      }
      expect(await page.locator("details:not([open])").count()).toBe(0);
    });

    test("shows on paper what is folded on the screen, and no links to click", async () => {
      const page = await open("usual");
      await page.emulateMedia({ media: "print" });
      expect(await page.locator("nav").isVisible()).toBe(false);
      const folded = "[...document.querySelectorAll('details > :not(summary)')]";
      const unseen = await inPage<number>(
        page,
        `${folded}.filter((one) => one.getBoundingClientRect().height === 0).length`,
      );
      expect(unseen).toBe(0);
      const pdf = await page.pdf({ format: "A4" });
      expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    });

    test("tells a screen reader of every section, table and timeline by name", async () => {
      const page = await open("usual");
      await openAll(page);
      const tree = await page.locator("body").ariaSnapshot();
      for (const part of [
        'heading "Cluster practice" [level=1]',
        'navigation "Contents"',
        'region "What needs attention"',
        'table "Hosts"',
        'group "Timeline of run 20261121-110000-abcd, 2 min 25 s"',
        'img "n1: 1 change, 2.0 s"',
      ])
        expect(tree).toContain(part);
    });

    test("shows what a host said as text", async () => {
      const page = await open("hostile");
      expect(await page.title()).toBe("<b>x</b>: cluster report");
      expect(await page.locator("b").count()).toBe(0);
    });
  },
);
