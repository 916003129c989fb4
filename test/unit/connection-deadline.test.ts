import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { startDeadline } from "../../src/connection/deadline.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe("a time limit", () => {
  test("is over after so many ms of silence, once", () => {
    const late = vi.fn();
    startDeadline(1000, late);
    vi.advanceTimersByTime(999);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(5000);
    expect(late).toHaveBeenCalledTimes(1);
  });

  test("runs anew from whatever was heard last", () => {
    const late = vi.fn();
    const deadline = startDeadline(1000, late);
    for (let heard = 0; heard < 10; heard += 1) {
      vi.advanceTimersByTime(900);
      deadline.again();
    }
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1000);
    expect(late).toHaveBeenCalledTimes(1);
  });

  test("is over in the end also for a host that drips one byte after the other", () => {
    const late = vi.fn();
    const deadline = startDeadline(1000, late);
    for (let heard = 0; heard < 100; heard += 1) {
      vi.advanceTimersByTime(900);
      deadline.again();
    }
    expect(late).toHaveBeenCalledTimes(1);
  });

  test("does not run while a person thinks, whatever is heard meanwhile, and starts anew after that", async () => {
    const late = vi.fn();
    const deadline = startDeadline(1000, late);
    const thinking = deadline.pausedFor(async () => {
      vi.advanceTimersByTime(60_000);
      deadline.again();
      vi.advanceTimersByTime(60_000);
      return "yes";
    });
    expect(await thinking).toBe("yes");
    vi.advanceTimersByTime(999);
    expect(late).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(late).toHaveBeenCalledTimes(1);
  });

  test("that was cleared is over for good", async () => {
    const late = vi.fn();
    const deadline = startDeadline(1000, late);
    await deadline.pausedFor(async () => deadline.clear());
    deadline.again();
    vi.advanceTimersByTime(60_000);
    expect(late).not.toHaveBeenCalled();
  });
});
