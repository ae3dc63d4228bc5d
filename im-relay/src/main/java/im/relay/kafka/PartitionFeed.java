package im.relay.kafka;

import im.relay.LogReader;
import im.relay.LogReader.Entry;
import im.relay.LogReader.Slice;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * One partition that this member holds: what was fetched and not asked for yet, and the read that waits. Fetching goes on
 * while the buffer is below its bound, so that a slice holds what came in while the one before was worked on. Safe from any
 * thread; futures are completed outside the lock.
 */
final class PartitionFeed {
    /** Bytes that may be buffered before fetching stops; one fetch may come on top. */
    static final long BUFFER_BYTES = 1 << 20;
    /** What an entry takes besides its value. */
    static final long ENTRY_BYTES = 64;

    private static final long NOWHERE = -1;

    final int partition;
    private final long patienceNanos;
    private final ArrayDeque<Entry> buffer = new ArrayDeque<>();
    private final Terms terms = new Terms();
    private long bufferBytes;
    /** The offset that the buffer, and what is fetched next, goes on from. */
    private long base = NOWHERE;

    private long fetched = NOWHERE;
    private long seekTo = NOWHERE;
    private long end;
    private long toldEnd;
    private boolean isEndKnown;
    private boolean isLeaving;
    private boolean isGone;
    private @Nullable Read waiting;
    /** Why what was being read is not there, until a read has been told. */
    private @Nullable RuntimeException fault;

    private record Read(
            long from, int maxRecords, int maxBytes, long due, long tooLate, CompletableFuture<Slice> answer) {}

    /** @param patience after which a read fails that was not answered, beyond the time it wants to wait */
    PartitionFeed(int partition, Duration patience) {
        this.partition = partition;
        patienceNanos = patience.toNanos();
    }

    /** @param wake run when the poll thread has something to do for it */
    CompletionStage<Slice> read(long from, int maxRecords, int maxBytes, Duration wait, Runnable wake) {
        CompletableFuture<Slice> answer = new CompletableFuture<>();
        Slice slice;
        boolean wantsWake;
        synchronized (this) {
            if (isGone) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("partition " + partition + " is not held"));
            }
            if (waiting != null) {
                return CompletableFuture.failedFuture(
                        new IllegalStateException("a read of partition " + partition + " is under way"));
            }
            if (fault != null) {
                RuntimeException told = fault;
                fault = null;
                return CompletableFuture.failedFuture(told);
            }
            if (from != (seekTo == NOWHERE ? base : seekTo)) {
                clear();
                seekTo = from;
            }
            boolean wasFull = bufferBytes >= BUFFER_BYTES;
            slice = isLeaving || !buffer.isEmpty() ? take(from, maxRecords, maxBytes) : null;
            wantsWake = seekTo != NOWHERE || (wasFull && bufferBytes < BUFFER_BYTES);
            if (slice == null) {
                long now = System.nanoTime();
                waiting = new Read(
                        from, maxRecords, maxBytes, now + wait.toNanos(), now + wait.toNanos() + patienceNanos, answer);
            }
        }
        if (slice != null) {
            answer.complete(slice);
        }
        if (wantsWake) {
            wake.run();
        }
        return answer;
    }

    private Slice take(long from, int maxRecords, int maxBytes) {
        List<Entry> entries = new ArrayList<>();
        long bytes = 0;
        while (!buffer.isEmpty() && entries.size() < maxRecords) {
            long size = size(buffer.element());
            if (!entries.isEmpty() && bytes + size > maxBytes) {
                break;
            }
            bytes += size;
            entries.add(buffer.remove());
        }
        bufferBytes -= bytes;
        long next = entries.isEmpty() ? from : entries.get(entries.size() - 1).offset() + 1;
        if (!entries.isEmpty()) {
            base = next;
        }
        return new Slice(entries, next, Math.max(end, next));
    }

    private static long size(Entry entry) {
        byte[] value = entry.value();
        return ENTRY_BYTES + (value == null ? 0 : value.length);
    }

    private void clear() {
        buffer.clear();
        bufferBytes = 0;
        base = NOWHERE;
        fetched = NOWHERE;
    }

    /** Where the consumer must go now, with the term of the record before where it is known; or {@link Optional#empty}. */
    synchronized Optional<OffsetAndMetadata> seek() {
        if (seekTo == NOWHERE) {
            return Optional.empty();
        }
        base = seekTo;
        fetched = seekTo;
        seekTo = NOWHERE;
        isEndKnown = false;
        return Optional.of(new OffsetAndMetadata(base, terms.before(base), ""));
    }

    /** Whether more is to be fetched. */
    synchronized boolean wantsMore() {
        return !isGone && fetched != NOWHERE && seekTo == NOWHERE && bufferBytes < BUFFER_BYTES;
    }

    /** What was fetched, in order. */
    void fetched(List<ConsumerRecord<byte[], byte[]>> records) {
        CompletableFuture<Slice> answer;
        Slice slice;
        synchronized (this) {
            if (isGone || seekTo != NOWHERE || fetched == NOWHERE) {
                return;
            }
            for (ConsumerRecord<byte[], byte[]> fresh : records) {
                if (fresh.offset() >= fetched) {
                    add(fresh);
                }
            }
            Read read = waiting;
            if (read == null || buffer.isEmpty()) {
                return;
            }
            waiting = null;
            answer = read.answer;
            slice = take(read.from, read.maxRecords, read.maxBytes);
        }
        answer.complete(slice);
    }

    private void add(ConsumerRecord<byte[], byte[]> fresh) {
        int term = fresh.leaderEpoch().orElse(LogReader.NO_TERM);
        Entry entry = new Entry(fresh.offset(), fresh.timestamp(), term, fresh.value());
        buffer.add(entry);
        bufferBytes += size(entry);
        fetched = fresh.offset() + 1;
        if (term != LogReader.NO_TERM) {
            terms.took(entry.offset(), term);
        }
    }

    /** Under which term the record before an offset was read, of which everything before is done with. */
    synchronized Optional<Integer> termOfDone(long next) {
        terms.forgetBefore(next);
        return terms.before(next);
    }

    /** The log was looked at: it has the record before an offset, and that has this term. */
    synchronized void settled(long next, Optional<Integer> term) {
        terms.startOver(next, term);
    }

    /** How far behind the log's end the consumer is, as it heard with what it fetched last. */
    synchronized void lagIs(long lag) {
        if (fetched != NOWHERE && seekTo == NOWHERE) {
            end = fetched + Math.max(0, lag);
            isEndKnown = true;
        }
    }

    /** The log's end, as somebody has been told it: who reads up to there is not told that there is nothing. */
    synchronized void toldEnd(long offset) {
        toldEnd = offset;
    }

    /** When the waiting read is due; {@link Long#MAX_VALUE} where none waits. */
    synchronized long nanosLeft(long now) {
        return waiting == null ? Long.MAX_VALUE : Math.max(0, waiting.due - now);
    }

    /** Ends a read that has waited long enough. */
    void expire(long now) {
        Read read;
        Slice slice;
        synchronized (this) {
            read = waiting;
            if (read == null || now - read.due < 0) {
                return;
            }
            boolean isAtEnd = isEndKnown && seekTo == NOWHERE && buffer.isEmpty() && fetched >= Math.max(end, toldEnd);
            if (!isAtEnd && now - read.tooLate < 0) {
                return;
            }
            waiting = null;
            slice = isAtEnd ? take(read.from, read.maxRecords, read.maxBytes) : null;
        }
        if (slice != null) {
            read.answer.complete(slice);
        } else {
            read.answer.completeExceptionally(
                    new org.apache.kafka.common.errors.TimeoutException("partition " + partition + " is not answered"));
        }
    }

    /** The place it reads at is not there: the read that waits fails, else the next one; the one after that seeks. */
    void misplaced(RuntimeException why) {
        Read read;
        synchronized (this) {
            clear();
            seekTo = NOWHERE;
            read = waiting;
            waiting = null;
            fault = read == null ? why : null;
        }
        if (read != null) {
            read.answer.completeExceptionally(why);
        }
    }

    /** It is being given back: from now on nothing is waited for. */
    void leave() {
        Read read;
        Slice slice = null;
        synchronized (this) {
            isLeaving = true;
            read = waiting;
            waiting = null;
            if (read != null) {
                slice = take(read.from, read.maxRecords, read.maxBytes);
            }
        }
        if (read != null && slice != null) {
            read.answer.complete(slice);
        }
    }

    /** It is somebody else's. */
    void gone() {
        synchronized (this) {
            isGone = true;
        }
        misplaced(new IllegalStateException("partition " + partition + " is not held any more"));
    }
}
