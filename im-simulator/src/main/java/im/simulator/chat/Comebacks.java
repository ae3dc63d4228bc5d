package im.simulator.chat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A share of the clients loses its connection once, each at its own time within the duration, and comes back at once:
 * half say goodbye before, half lose the socket. On its own thread; nothing here waits for a client.
 */
final class Comebacks implements Runnable {
    private final Fleet fleet;
    private final SplittableRandom random;
    private final double share;
    private final long durationNanos;
    private final CountDownLatch stopped = new CountDownLatch(1);

    Comebacks(ChatPlan plan, Fleet fleet) {
        this.fleet = fleet;
        this.random = plan.random(ChatPlan.Stream.COMEBACKS);
        this.share = plan.comebacks();
        this.durationNanos = plan.duration().toNanos();
    }

    void stop() {
        stopped.countDown();
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
        for (int i = 0; i < count && waitUntil(start + times[i]); i++) {
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

    private boolean waitUntil(long nanos) {
        try {
            return !stopped.await(nanos - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
