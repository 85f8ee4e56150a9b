import { reactionContents } from "@froussard/simulators/github/store/records";
import * as z from "zod";
import { deliveryView, issueView, pullView } from "./views.ts";
import { addSampleRepository, type World } from "./world.ts";

interface Operation<I extends z.ZodType, O> {
  input: I;
  run(world: World, input: z.output<I>): O | Promise<O>;
}
const operation = <I extends z.ZodType, O>(input: I, run: Operation<I, O>["run"]): Operation<I, O> => ({ input, run });

/** `owner/name` */
const repository = z.string().regex(/^[\w.-]+\/[\w.-]+$/);
const login = z.string().min(1);
const number = z.int().positive();
const place = { repository, number };
const times = z.int().positive();
/** With `comment`, that comment; without, the issue itself. */
const reactable = { ...place, login, comment: z.int().positive().optional(), content: z.enum(reactionContents) };

const issueOf = ({ github }: World, at: { repository: string; number: number }) =>
  github.issue(github.repository(at.repository), at.number);
const commentOf = (world: World, at: { repository: string; number: number }, id: number) => {
  const found = issueOf(world, at).comments.find((comment) => comment.id === id);
  if (!found) throw new Error(`no comment ${id} at ${at.repository}#${at.number}`);
  return found;
};
const reactableOf = (world: World, at: { repository: string; number: number; comment?: number | undefined }) =>
  at.comment === undefined ? issueOf(world, at) : commentOf(world, at, at.comment);

/**
 * What tests may do in the simulated world and see of it, from another process: name, input, and an answer of plain data.
 * What people do has their rights, as in a browser.
 */
export const operations = {
  addRepository: operation(
    z.strictObject({ repository, private: z.boolean().optional() }),
    async ({ github }, wanted) => {
      const [owner = "", name = ""] = wanted.repository.split("/");
      const { id } = await addSampleRepository(github, { owner, name, private: wanted.private });
      return { id };
    },
  ),
  openIssue: operation(
    z.strictObject({ repository, login, title: z.string(), body: z.string().default("") }),
    ({ github }, { repository: home, login: by, title, body }) =>
      issueView(github.as(by).openIssue(github.repository(home), { title, body })),
  ),
  issue: operation(z.strictObject(place), (world, at) => issueView(issueOf(world, at))),
  closeIssue: operation(z.strictObject({ ...place, login }), (world, at) =>
    issueView(world.github.as(at.login).closeIssue(issueOf(world, at))),
  ),
  label: operation(z.strictObject({ ...place, login, name: z.string() }), (world, at) => {
    world.github.as(at.login).label(issueOf(world, at), at.name);
    return issueView(issueOf(world, at));
  }),
  comment: operation(z.strictObject({ ...place, login, body: z.string() }), (world, at) => ({
    id: world.github.as(at.login).comment(issueOf(world, at), at.body).id,
  })),
  editComment: operation(
    z.strictObject({ ...place, login, comment: z.int().positive(), body: z.string() }),
    (world, at) => ({ id: world.github.as(at.login).editComment(commentOf(world, at, at.comment), at.body).id }),
  ),
  react: operation(z.strictObject(reactable), (world, at) => {
    const { id, createdAt } = world.github.as(at.login).react(reactableOf(world, at), at.content);
    return { id, createdAt };
  }),
  unreact: operation(z.strictObject(reactable), (world, at) => {
    world.github.as(at.login).unreact(reactableOf(world, at), at.content);
    return {};
  }),
  /** Makes an issue and the reactions on it older, as if that time had passed since. */
  backdate: operation(z.strictObject({ ...place, minutes: z.number().positive() }), (world, at) => {
    const issue = issueOf(world, at);
    const earlier = <T extends { createdAt: number }>(record: T): T => ({
      ...record,
      createdAt: record.createdAt - at.minutes * 60_000,
    });
    // What GitHub never does; the simulator's own records are made once.
    Object.assign(issue, { createdAt: earlier(issue).createdAt, reactions: issue.reactions.map(earlier) });
    return issueView(issue);
  }),
  pulls: operation(z.strictObject({ repository }), ({ github }, { repository: home }) =>
    github.pulls(github.repository(home)).map(pullView),
  ),
  /** Commits to a branch as if it were merged; without `files` there is only an empty commit. */
  commit: operation(
    z.strictObject({ repository, files: z.record(z.string(), z.string()), branch: z.string().optional() }),
    async ({ github }, { repository: home, files, branch }) => ({
      commit: await github.commit(github.repository(home), { files, ...(branch !== undefined && { branch }) }),
    }),
  ),
  addWebhook: operation(
    z.strictObject({ repository, url: z.url(), secret: z.string(), events: z.array(z.string()).min(1) }),
    ({ github }, { repository: home, ...hook }) => ({ id: github.addWebhook(github.repository(home), hook).id }),
  ),
  webhooks: operation(z.strictObject({ repository }), ({ github }, { repository: home }) =>
    github.hooks(github.repository(home)).map(({ id, url, events }) => ({ id, url, events })),
  ),
  deliveries: operation(z.strictObject({ repository, hook: z.int() }), ({ github }, { repository: home, hook: id }) => {
    const hook = github.hooks(github.repository(home)).find((each) => each.id === id);
    if (!hook) throw new Error(`${home} has no webhook ${id}`);
    return github.deliveries(hook).map(deliveryView);
  }),
  redeliver: operation(z.strictObject({ delivery: z.int() }), ({ github }, { delivery }) =>
    deliveryView(github.redeliver(delivery)),
  ),
  /** How GitHub's own deliveries go wrong, from now on. */
  webhookFaults: operation(
    z.strictObject({
      lose: z.number().min(0).max(1).optional(),
      repeat: z.number().min(0).max(1).optional(),
      delayMs: z.int().optional(),
      reorder: z.int().optional(),
    }),
    ({ github }, faults) => {
      github.webhookFaults = Object.fromEntries(Object.entries(faults).filter(([, value]) => value !== undefined));
      return {};
    },
  ),
  /** How GitHub's answers go wrong; see the simulator's `FaultRule`. */
  injectGitHubFault: operation(
    z.strictObject({
      method: z.string().optional(),
      path: z.string().optional(),
      times: times.optional(),
      status: z.int().optional(),
      body: z.unknown().optional(),
      headers: z.record(z.string(), z.string()).optional(),
      delayMs: z.int().optional(),
      hang: z.boolean().optional(),
      dropConnection: z.enum(["before", "after"]).optional(),
    }),
    ({ github }, rule) => {
      github.faults.inject(Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined)));
      return {};
    },
  ),
  healGitHub: operation(z.strictObject({}), ({ github }) => {
    github.faults.heal();
    github.webhookFaults = {};
    return {};
  }),
  /** All requests from the given one on, oldest first. */
  githubRequests: operation(z.strictObject({ from: z.int().nonnegative().default(0) }), ({ github }, { from }) =>
    github.requests
      .slice(from)
      .map(({ at, method, path, status, login: by }) => ({ at, method, path, status, login: by })),
  ),
  injectModelFault: operation(
    z.strictObject({
      fault: z.looseObject({ kind: z.string() }),
      times: times.optional(),
      after: z.int().nonnegative().optional(),
    }),
    ({ model }, { fault, times: often, after }) => {
      model.inject(fault as Parameters<typeof model.inject>[0], {
        ...(often !== undefined && { times: often }),
        ...(after !== undefined && { after }),
      });
      return {};
    },
  ),
  healModel: operation(z.strictObject({}), ({ model }) => {
    model.heal();
    return {};
  }),
  /** The last requests that the model got, oldest first: all, or those whose body holds a text of plain letters. */
  modelRequests: operation(z.strictObject({ holding: z.string().min(1).optional() }), ({ model }, { holding = "" }) =>
    model.requests
      .filter(({ body }) => holding === "" || JSON.stringify(body ?? null).includes(holding))
      .map(({ at, method, path, headers, body }) => ({ at, method, path, headers, body })),
  ),
  /** Lets the model run commands in every run whose prompt holds `match`; see `directed`. */
  direct: operation(
    z.strictObject({ match: z.string().min(1), commands: z.array(z.string()), answer: z.string().optional() }),
    ({ directives }, directive) => {
      directives.unshift(directive);
      return {};
    },
  ),
  undirect: operation(z.strictObject({ match: z.string() }), ({ directives }, { match }) => {
    const kept = directives.filter((directive) => directive.match !== match);
    directives.splice(0, directives.length, ...kept);
    return {};
  }),
};

export type Operations = typeof operations;
