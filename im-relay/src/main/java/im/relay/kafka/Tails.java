package im.relay.kafka;

import im.relay.LogPosition;
import im.relay.LogReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that the log still has what was seen of it, and begins an epoch where it has not (D8). Partitions that are
 * asked about while one round is under way share the next, so that many that come at once cost a few calls. Any thread;
 * the work is done on the identity's.
 */
final class Tails {
    private static final int LOOKS = 3;
    private static final long PAUSE_MS = 300;

    /**
     * @param position of a view, 0 or less where there is none
     * @param term of the record there
     */
    private record Asked(int partition, long position, Optional<Integer> term, CompletableFuture<Void> done) {}

    /**
     * What is known to have been seen of a partition.
     *
     * @param next the offset behind it
     * @param position the largest that a view can have got of it
     */
    private record Seen(long next, long position, Optional<Integer> term) {
        OffsetAndMetadata asOffset() {
            return new OffsetAndMetadata(next, term, "");
        }
    }

    private final Identity identity;
    private final Offsets offsets;
    private final TailCheck check;
    private List<Asked> asked = new ArrayList<>();

    Tails(KafkaConfig config, Identity identity, Offsets offsets) {
        this.identity = identity;
        this.offsets = offsets;
        check = new TailCheck(config);
    }

    /** Completes when the epochs of the partition are what they must be. */
    CompletableFuture<Void> settle(int partition, long position, int term) {
        Asked one = new Asked(
                partition,
                position,
                term == LogReader.NO_TERM ? Optional.empty() : Optional.of(term),
                new CompletableFuture<>());
        if (isFirst(one)) {
            identity.run(this::round).whenComplete((done, failure) -> {
                if (failure != null) {
                    // It was not begun, or else all of it has its answer.
                    take().forEach(waiting -> waiting.done.completeExceptionally(failure));
                }
            });
        }
        return one.done;
    }

    private synchronized boolean isFirst(Asked one) {
        asked.add(one);
        return asked.size() == 1;
    }

    private synchronized List<Asked> take() {
        List<Asked> taken = asked;
        asked = new ArrayList<>();
        return taken;
    }

    private @Nullable Void round() {
        List<Asked> round = take();
        try {
            TopicDescription topic = identity.describe();
            List<Asked> led = led(round, topic);
            if (!led.isEmpty()) {
                settle(topic.topicId(), led);
            }
            round.forEach(one -> one.done.complete(null));
        } catch (RuntimeException e) {
            round.forEach(one -> one.done.completeExceptionally(e));
        }
        return null;
    }

    /** Of a partition that nobody leads nothing can be said; the others do not wait for it. */
    private static List<Asked> led(List<Asked> round, TopicDescription topic) {
        Set<Integer> without = topic.partitions().stream()
                .filter(one -> one.leader() == null || one.leader().isEmpty())
                .map(TopicPartitionInfo::partition)
                .collect(Collectors.toSet());
        List<Asked> led = new ArrayList<>();
        for (Asked one : round) {
            if (without.contains(one.partition)) {
                one.done.completeExceptionally(
                        new IllegalStateException("partition " + one.partition + " has no leader"));
            } else {
                led.add(one);
            }
        }
        return led;
    }

    private void settle(Uuid topicId, List<Asked> round) {
        Epochs epochs = identity.refresh(topicId);
        Map<Integer, Committed> committed =
                offsets.committed(round.stream().map(Asked::partition).collect(Collectors.toSet()));
        Map<Integer, Seen> seen = new HashMap<>();
        for (Asked one : round) {
            Seen farthest = farthest(one, committed.get(one.partition), epochs);
            // A topic that was made anew has nothing of what was seen, and its epoch says so already.
            if (farthest != null
                    && LogPosition.epoch(farthest.position)
                            >= epochs.of(one.partition).get(0).number()) {
                seen.put(one.partition, farthest);
            }
        }
        Map<Integer, OffsetAndMetadata> withTerm = new HashMap<>();
        seen.forEach((partition, one) -> withTerm.put(partition, one.asOffset()));
        Map<Integer, Long> lost = check.find(withTerm);
        seen.forEach((partition, one) -> {
            Long begins = lost.get(partition);
            // The brokers know of terms, but of our epochs only the identity does.
            boolean isOfALostEpoch =
                    LogPosition.epoch(one.position) > epochs.current(partition).number();
            if (begins == null && (one.term.isEmpty() || isOfALostEpoch)) {
                begins = lostEnd(partition, one, epochs);
            }
            if (begins != null) {
                identity.raise(partition, begins, one.position);
            }
        });
    }

    /**
     * Of what a view and what the group has seen, the one that is farther: a log that has that has the other. What was seen
     * of an earlier epoch says nothing about the present one, unless there is nothing else.
     */
    private static @Nullable Seen farthest(Asked view, @Nullable Committed committed, Epochs epochs) {
        Seen byView =
                view.position <= 0 ? null : new Seen(LogPosition.offset(view.position) + 1, view.position, view.term);
        if (committed == null || !committed.isOf(epochs) || committed.epoch() == 0 || committed.next() == 0) {
            return byView;
        }
        Seen byGroup = new Seen(
                committed.next(), LogPosition.endOf(committed.epoch(), committed.next() - 1), committed.term());
        return byView == null || byView.position < byGroup.position ? byGroup : byView;
    }

    /**
     * Where no term tells: the end of a log that ends before what was seen of its present epoch, or that does not know the
     * epoch in which it was seen; else null. It is looked at more than once before it is believed, for an epoch cannot be
     * taken back.
     */
    private @Nullable Long lostEnd(int partition, Seen seen, Epochs epochs) {
        if (LogPosition.epoch(seen.position) < epochs.current(partition).number()) {
            return null;
        }
        for (int look = 1; ; look++) {
            long end = offsets.endOf(partition);
            if (LogPosition.epoch(seen.position) == epochs.current(partition).number() && seen.next <= end) {
                return null;
            }
            if (look == LOOKS) {
                return end;
            }
            Threads.pause(PAUSE_MS);
        }
    }
}
