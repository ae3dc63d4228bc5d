package im.relay.local;

import im.relay.Retention;
import im.relay.group.GroupTerms;
import java.time.Duration;

/**
 * The bounds of the local log and store.
 *
 * @param dedupeWindow how long a retry is recognized, at least {@link #MIN_DEDUPE_WINDOW}; published in Welcome
 * @param queueMessages messages that may wait for the writer, 64 to a million
 * @param queueBytes envelope bytes that may wait for the writer, at least 5 MiB, which is above a full batch
 * @param cacheBytes of the block cache over all reads, at least 1 MiB
 * @param readThreads that serve pages and comparisons, 1 to 64
 * @param queueReads reads that may wait for them, 1 to a million
 * @param retention how much of each conversation is held
 * @param groups the bounds of groups
 */
public record LocalLogConfig(
        Duration dedupeWindow,
        int queueMessages,
        long queueBytes,
        long cacheBytes,
        int readThreads,
        int queueReads,
        Retention retention,
        GroupTerms groups) {

    /** What the contract promises senders. */
    public static final Duration MIN_DEDUPE_WINDOW = Duration.ofMinutes(10);

    private static final Duration MAX_DEDUPE_WINDOW = Duration.ofDays(7);
    private static final long MIB = 1 << 20;
    private static final int MILLION = 1_000_000;

    public LocalLogConfig {
        if (dedupeWindow.compareTo(MIN_DEDUPE_WINDOW) < 0 || dedupeWindow.compareTo(MAX_DEDUPE_WINDOW) > 0) {
            throw new IllegalArgumentException(
                    "dedupeWindow=" + dedupeWindow + ", expected " + MIN_DEDUPE_WINDOW + " to " + MAX_DEDUPE_WINDOW);
        }
        require("queueMessages", queueMessages, 64, MILLION);
        require("queueBytes", queueBytes, 5 * MIB, Long.MAX_VALUE);
        require("cacheBytes", cacheBytes, MIB, Long.MAX_VALUE);
        require("readThreads", readThreads, 1, 64);
        require("queueReads", queueReads, 1, MILLION);
        require("retention.time in ms", retention.time().toMillis(), 1_000, Long.MAX_VALUE);
        require("retention.messages", retention.messages(), 1, MILLION);
        require("retention.bytes", retention.bytes(), 1, Long.MAX_VALUE / 2);
    }

    public static LocalLogConfig defaults() {
        return new LocalLogConfig(
                MIN_DEDUPE_WINDOW, 16_384, 32 * MIB, 64 * MIB, 2, 8_192, Retention.DEFAULT, GroupTerms.DEFAULT);
    }

    public LocalLogConfig withDedupeWindow(Duration window) {
        return new LocalLogConfig(
                window, queueMessages, queueBytes, cacheBytes, readThreads, queueReads, retention, groups);
    }

    public LocalLogConfig withQueue(int messages, long bytes) {
        return new LocalLogConfig(
                dedupeWindow, messages, bytes, cacheBytes, readThreads, queueReads, retention, groups);
    }

    public LocalLogConfig withCacheBytes(long bytes) {
        return new LocalLogConfig(
                dedupeWindow, queueMessages, queueBytes, bytes, readThreads, queueReads, retention, groups);
    }

    public LocalLogConfig withReads(int threads, int queued) {
        return new LocalLogConfig(
                dedupeWindow, queueMessages, queueBytes, cacheBytes, threads, queued, retention, groups);
    }

    public LocalLogConfig withRetention(Retention held) {
        return new LocalLogConfig(
                dedupeWindow, queueMessages, queueBytes, cacheBytes, readThreads, queueReads, held, groups);
    }

    public LocalLogConfig withGroups(GroupTerms terms) {
        return new LocalLogConfig(
                dedupeWindow, queueMessages, queueBytes, cacheBytes, readThreads, queueReads, retention, terms);
    }

    private static void require(String key, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + "=" + value + ", expected " + least + " to " + most);
        }
    }
}
