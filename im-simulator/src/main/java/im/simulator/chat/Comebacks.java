package im.simulator.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;

/**
 * A share of the clients loses its connection once, each at its own time within the duration, and comes back at once:
 * half say goodbye before, half lose the socket. On its own thread; nothing here waits for a client.
 */
final class Comebacks implements Runnable {
    private final Fleet fleet;
    private final SplittableRandom random;
    private final double share;
    private final long durationNanos;
    private final RunEnd end;

    Comebacks(ChatPlan plan, Fleet fleet, RunEnd end) {
        this.fleet = fleet;
        this.end = end;
        this.random = plan.random(ChatPlan.Stream.COMEBACKS);
        this.share = plan.comebacks();
        this.durationNanos = plan.duration().toNanos();
    }

    @Override
    public void run() {
        List<Integer> clients = new ArrayList<>();
        for (int client = 0; client < fleet.size(); client++) {
            clients.add(client);
        }
        Collections.shuffle(clients, new Random(random.nextLong()));
        int count = (int) Math.round(share * clients.size());
        long[] times = random.longs(count, 0, durationNanos).sorted().toArray();
        long start = System.nanoTime();
        for (int i = 0; i < count && end.waitUntil(start + times[i]); i++) {
            comeBack(clients.get(i));
        }
    }

    private void comeBack(int client) {
        if (random.nextBoolean()) {
            fleet.leave(client, true);
            fleet.comeBack(client);
        } else {
            fleet.client(client).sdk().dropConnection();
        }
    }
}
