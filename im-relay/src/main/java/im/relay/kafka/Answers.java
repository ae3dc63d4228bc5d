package im.relay.kafka;

import im.relay.AppendOutcome;
import im.relay.Wakeups;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * Hands outcomes to the lanes, from a thread of its own: all that came in since it last looked, which is what brokers
 * answered in one go, is one task a lane. Bounded by what the append queue lets in.
 */
final class Answers {
    private record Answer(Append append, List<AppendOutcome> outcomes) {}

    private final LinkedBlockingQueue<Answer> answers = new LinkedBlockingQueue<>();
    private final Thread thread = Threads.of("im-log-answers", this::run);
    private volatile boolean closed;

    void start() {
        thread.start();
    }

    void tell(Append append, List<AppendOutcome> outcomes) {
        answers.add(new Answer(append, outcomes));
    }

    private void run() {
        Wakeups wakeups = new Wakeups();
        List<Answer> taken = new ArrayList<>();
        while (take(taken)) {
            for (Answer answer : taken) {
                wakeups.add(answer.append.lane, () -> answer.append.done.accept(answer.outcomes));
            }
            wakeups.flush();
            taken.clear();
        }
    }

    /** False when closed and empty. */
    private boolean take(List<Answer> into) {
        while (into.isEmpty()) {
            try {
                Answer first = answers.poll(1, TimeUnit.SECONDS);
                if (first != null) {
                    into.add(first);
                }
            } catch (InterruptedException e) {
                // Only close() does that, and what is there is told still.
            }
            answers.drainTo(into);
            if (closed && into.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    /** Tells what is there, and ends. */
    void close(long millis) {
        closed = true;
        thread.interrupt();
        Threads.join(thread, millis);
    }
}
