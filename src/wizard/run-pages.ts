import type { Page, Session, Turn } from "./session.ts";

/**
 * Leads through all pages, forth and back, until the last one was left. With `goOn`, pages that were answered in an
 * earlier interview are passed over, until somebody goes back: then everything is asked, with the earlier answers to
 * be accepted.
 */
export async function runPages(pages: readonly Page[], session: Session, goOn: boolean): Promise<void> {
  let passed = new Set(goOn ? pages.filter((page) => page.done(session)) : []);
  let turn: Turn = "next";
  let index = 0;
  for (;;) {
    const page = pages[index];
    if (page === undefined) return;
    if (turn === "back") passed = new Set();
    if (!passed.has(page)) turn = await page.visit(session, turn);
    if (turn === "back" && index === 0) turn = "next";
    else index += turn === "next" ? 1 : -1;
  }
}
