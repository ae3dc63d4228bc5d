package im.simulator.chat;

import java.time.Duration;
import java.util.PriorityQueue;
import java.util.SplittableRandom;

/**
 * Keeps about a share of the clients offline: each is away for an exponential time, then back for one, the means such
 * that the share comes out. Half of them say goodbye, half vanish. On its own thread; nothing here waits for a client.
 */
final class Churn implements Runnable {
    private static final double LONGEST_MEAN_AWAY_NANOS = 2e9;

    private record Turn(long dueNanos, int client, boolean away) implements Comparable<Turn> {
        @Override
        public int compareTo(Turn other) {
            return Long.compare(dueNanos, other.dueNanos);
        }
    }

    private final Fleet fleet;
    private final SplittableRandom random;
    private final double share;
    private final double meanAwayNanos;
    private final PriorityQueue<Turn> turns = new PriorityQueue<>();
    private final RunEnd end;

    Churn(ChatPlan plan, Fleet fleet, RunEnd end) {
        this.fleet = fleet;
        this.end = end;
        this.random = plan.random(ChatPlan.Stream.CHURN);
        this.share = plan.churn();
        Duration duration = plan.duration();
        this.meanAwayNanos = Math.min(LONGEST_MEAN_AWAY_NANOS, duration.toNanos() / 10.0);
    }

    @Override
    public void run() {
        if (share == 0) {
            return;
        }
        long start = System.nanoTime();
        for (int client = 0; client < fleet.size(); client++) {
            boolean away = random.nextDouble() < share;
            turns.add(new Turn(away ? 0 : nextNanos(false), client, true));
        }
        while (end.waitUntil(start + turns.element().dueNanos())) {
            Turn turn = turns.remove();
            if (turn.away()) {
                fleet.leave(turn.client(), random.nextBoolean());
            } else {
                fleet.comeBack(turn.client());
            }
            turns.add(new Turn(turn.dueNanos() + nextNanos(turn.away()), turn.client(), !turn.away()));
        }
    }

    private long nextNanos(boolean away) {
        double mean = away ? meanAwayNanos : meanAwayNanos * (1 - share) / share;
        return (long) (-Math.log(1 - random.nextDouble()) * mean);
    }
}
