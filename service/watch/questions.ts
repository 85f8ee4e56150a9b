import type { Clock } from "../clock.ts";
import type { Allowance } from "../github-access.ts";
import { InHand } from "../in-hand.ts";
import { PointBudget, type Urgency } from "./point-budget.ts";

export interface QuestionsOptions {
  clock: Clock;
  /** Ceiling of GraphQL points in any hour. */
  pointsPerHour: number;
  /** Hears how each question went, and how many seconds it took. */
  onTick?: ((track: string, ok: boolean, seconds: number) => void) | undefined;
}

/**
 * Each request of a question has its own time limit and few retries, so that the longest ends within minutes, unless
 * something hangs that nothing in this process will end.
 */
const stuckMs = 30 * 60_000;

/** What the loop asks of GitHub: when it may, how each question went, and whether one does not end. */
export class Questions {
  readonly #of: QuestionsOptions;
  readonly #budget: PointBudget;
  readonly #inHand: InHand;
  #failed = 0;

  constructor(options: QuestionsOptions) {
    this.#of = options;
    this.#budget = new PointBudget(options.clock, options.pointsPerHour);
    this.#inHand = new InHand(() => options.clock.now().getTime());
  }

  /** How many have failed so far. */
  get failed(): number {
    return this.#failed;
  }

  /** Why only a new process helps, or undefined. Waiting for GitHub's limits, or for something to ask, is no reason. */
  get stuck(): string | undefined {
    const { oldestMs } = this.#inHand;
    if (oldestMs <= stuckMs) return undefined;
    return `a question to GitHub has been in hand for ${Math.round(oldestMs / 60_000)} minutes`;
  }

  /** Hears what GitHub says about the rate limits. */
  note(allowance: Allowance): void {
    this.#budget.note(allowance);
  }

  /** Resolves when the budget allows a question of this urgency, or when `signal` aborts. */
  async affordable(urgency: Urgency, signal: AbortSignal): Promise<void> {
    for (let wait = this.#budget.waitMs(urgency); wait > 0 && !signal.aborted; wait = this.#budget.waitMs(urgency))
      await this.#of.clock.sleep(wait, signal);
  }

  /**
   * Asks something, and tells how that went. What has to wait for the budget in between does so by the function that `ask`
   * is given, so that the wait is not taken for an answer that does not come.
   * @throws what `ask` throws
   */
  async ask<T>(track: string, ask: (affordable: Questions["affordable"]) => Promise<T>): Promise<T> {
    const { clock, onTick } = this.#of;
    const began = clock.now().getTime();
    let ended = this.#inHand.begin();
    const affordable: Questions["affordable"] = async (...wait) => {
      ended();
      await this.affordable(...wait);
      ended = this.#inHand.begin();
    };
    const tell = (ok: boolean) => onTick?.(track, ok, (clock.now().getTime() - began) / 1000);
    try {
      const answer = await ask(affordable);
      tell(true);
      return answer;
    } catch (error) {
      this.#failed += 1;
      tell(false);
      throw error;
    } finally {
      ended();
    }
  }
}
