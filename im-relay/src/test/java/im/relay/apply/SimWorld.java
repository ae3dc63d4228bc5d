package im.relay.apply;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/**
 * One thread in which everything that can happen next happens in an order that a seed decides. A call of a port happens
 * in two steps, its effect and its answer; between any two steps a process can be gone.
 */
final class SimWorld {
    final long seed;
    final Random random;
    long millis = 1_000_000;
    /** Share of calls that fail, half of them after their effect. */
    double failing;

    private final List<Runnable> soup = new ArrayList<>();
    private final List<SimLane> lanes = new ArrayList<>();

    SimWorld(long seed) {
        this.seed = seed;
        this.random = new Random(seed);
    }

    /** Happens some time. */
    void later(Runnable task) {
        soup.add(task);
    }

    /** A call over a network: its effect happens some time, its answer some time after. */
    <T> CompletionStage<T> call(Supplier<T> effect) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        boolean fails = random.nextDouble() < failing;
        boolean before = random.nextBoolean();
        later(() -> {
            if (fails && before) {
                later(() -> answer.completeExceptionally(new TimeoutException("request lost")));
                return;
            }
            try {
                T value = effect.get();
                later(() -> complete(answer, value, fails));
            } catch (RuntimeException e) {
                later(() -> answer.completeExceptionally(e));
            }
        });
        return answer;
    }

    private static <T> void complete(CompletableFuture<T> answer, T value, boolean fails) {
        if (fails) {
            answer.completeExceptionally(new TimeoutException("answer lost"));
        } else {
            answer.complete(value);
        }
    }

    SimLane lane() {
        SimLane lane = new SimLane();
        lanes.add(lane);
        return lane;
    }

    /** One thing happens; time passes. */
    void step() {
        millis += random.nextInt(3);
        List<SimLane> busy = lanes.stream().filter(SimLane::isBusy).toList();
        int choices = soup.size() + busy.size();
        if (choices == 0) {
            millis += 20;
            return;
        }
        int choice = random.nextInt(choices);
        if (choice < soup.size()) {
            Runnable task = soup.set(choice, soup.get(soup.size() - 1));
            soup.remove(soup.size() - 1);
            task.run();
        } else {
            busy.get(choice - soup.size()).runOne();
        }
    }

    /** Steps until it holds. */
    void until(String what, BooleanSupplier holds) {
        for (int i = 0; !holds.getAsBoolean(); i++) {
            if (i > 400_000) {
                throw new AssertionError("never: " + what + " (seed " + seed + ")");
            }
            step();
        }
    }

    /** Steps until so much time has passed. */
    void pass(Duration time) {
        long end = millis + time.toMillis();
        until("time", () -> millis >= end);
    }

    /** A lane that can die, with everything on it. */
    final class SimLane implements Lane {
        private static final class Timed {
            final long due;
            final Runnable task;

            Timed(long due, Runnable task) {
                this.due = due;
                this.task = task;
            }
        }

        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private final List<Timed> timers = new ArrayList<>();
        private boolean dead;
        /** Nothing of it happens while it is set. */
        boolean paused;

        void die() {
            dead = true;
            tasks.clear();
            timers.clear();
        }

        boolean isBusy() {
            return !paused && (!tasks.isEmpty() || timers.stream().anyMatch(timer -> timer.due <= millis));
        }

        void runOne() {
            for (Timed timer : timers) {
                if (timer.due <= millis) {
                    timers.remove(timer);
                    timer.task.run();
                    return;
                }
            }
            tasks.remove().run();
        }

        @Override
        public void execute(Runnable task) {
            if (!dead) {
                tasks.add(task);
            }
        }

        @Override
        public Timer after(Duration delay, Runnable task) {
            Timed timer = new Timed(millis + delay.toMillis(), task);
            if (!dead) {
                timers.add(timer);
            }
            return () -> timers.remove(timer);
        }

        @Override
        public long millis() {
            return millis;
        }

        @Override
        public long wallMillis() {
            return millis;
        }
    }
}
