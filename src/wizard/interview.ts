import { following } from "./following.ts";
import { accessPage } from "./pages/access-page.ts";
import { askWhoAnswers } from "./pages/ask-who-answers.ts";
import { hostsPage } from "./pages/hosts-page.ts";
import { keysPage } from "./pages/keys-page.ts";
import { type Around, questionPage } from "./pages/question-page.ts";
import { rolesPage } from "./pages/roles-page.ts";
import { troublePage } from "./pages/trouble-page.ts";
import { userPage } from "./pages/user-page.ts";
import type { Question } from "./question.ts";
import { earlyQuestions, lateQuestions } from "./questions/all.ts";
import { balancerQuestion } from "./questions/balancer.ts";
import { internalQuestion } from "./questions/network.ts";
import { hostnameQuestion } from "./questions/rancher.ts";
import { virtualAddressQuestion } from "./questions/virtual-address.ts";
import type { Page, Session } from "./session.ts";

function withFollowing(question: Question, more: Around = {}): readonly [Question, Around] {
  const after = (session: Session, answer: string): Promise<void> =>
    session.set(following(session.known(), question.id, answer));
  return [question, { ...more, after }];
}

const around: ReadonlyMap<Question, Around> = new Map([
  withFollowing(internalQuestion),
  withFollowing(hostnameQuestion),
  withFollowing(virtualAddressQuestion, { before: askWhoAnswers }),
  [balancerQuestion, { before: askWhoAnswers }],
]);

/** All pages, in the order in which they are asked; `last` shows the inventory and writes it. */
export function interviewPages(last: Page): readonly Page[] {
  const late = lateQuestions.map((question) => questionPage(question, around.get(question)));
  const early = earlyQuestions.map((question) => questionPage(question));
  // The first question after the logins were begun is answered while they run.
  return [hostsPage, userPage, keysPage, ...early, accessPage, troublePage, rolesPage, ...late, last];
}
