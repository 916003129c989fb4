import { internalAddresses } from "./internal-addresses.ts";
import { accessPage } from "./pages/access-page.ts";
import { hostsPage } from "./pages/hosts-page.ts";
import { keysPage } from "./pages/keys-page.ts";
import { questionPage } from "./pages/question-page.ts";
import { rolesPage } from "./pages/roles-page.ts";
import { troublePage } from "./pages/trouble-page.ts";
import { userPage } from "./pages/user-page.ts";
import { earlyQuestions, lateQuestions } from "./questions/all.ts";
import { internalQuestion } from "./questions/network.ts";
import type { Page } from "./session.ts";

/** All pages, in the order in which they are asked; `last` shows the inventory and writes it. */
export function interviewPages(last: Page): readonly Page[] {
  const late = lateQuestions.map((question) =>
    questionPage(
      question,
      question === internalQuestion
        ? (session, answer) => session.set(internalAddresses(session.known(), answer))
        : undefined,
    ),
  );
  const early = earlyQuestions.map((question) => questionPage(question));
  // The first question after the logins were begun is answered while they run.
  return [hostsPage, userPage, keysPage, ...early, accessPage, troublePage, rolesPage, ...late, last];
}
