package im.gateway.edge;

import im.protocol.Limits;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/**
 * What a poll session has to say: the answer that is not acknowledged, and the frames behind it. Whoever adds a frame hands
 * over its reference. Event loop only.
 */
final class PollOutbox {
    /** What a queued frame takes beside its bytes. */
    private static final int ENTRY_BYTES = 96;

    private final ArrayDeque<ByteBuf> queue = new ArrayDeque<>();
    private long queuedBytes;
    private byte @Nullable [] answer;
    private long number;

    void add(ByteBuf frame) {
        queue.add(frame);
        queuedBytes += frame.readableBytes() + ENTRY_BYTES;
    }

    /** Of the last answer; the first is 1. */
    long number() {
        return number;
    }

    /** Whether the last answer has to be given again. */
    boolean hasAnswer() {
        return answer != null;
    }

    boolean isEmpty() {
        return answer == null && queue.isEmpty();
    }

    /** Whether it was the one that was kept. */
    boolean acknowledge(long acknowledged) {
        if (acknowledged != number || answer == null) {
            return false;
        }
        answer = null;
        return true;
    }

    /**
     * The last answer, or, when that has come through, a new one: whole frames up to {@link Limits#POLL_BYTES}, one at
     * least, so there has to be one. Kept until it is acknowledged.
     */
    byte[] answer() {
        byte[] kept = answer;
        if (kept == null) {
            kept = next();
            answer = kept;
            number++;
        }
        return kept;
    }

    private byte[] next() {
        int frames = 0;
        int bytes = 0;
        for (ByteBuf frame : queue) {
            if (frames > 0 && bytes + frame.readableBytes() > Limits.POLL_BYTES) {
                break;
            }
            frames++;
            bytes += frame.readableBytes();
        }
        byte[] body = new byte[bytes];
        int at = 0;
        for (; frames > 0; frames--) {
            ByteBuf frame = queue.remove();
            int length = frame.readableBytes();
            frame.readBytes(body, at, length).release();
            at += length;
            queuedBytes -= length + ENTRY_BYTES;
        }
        return body;
    }

    long bytes() {
        byte[] kept = answer;
        return queuedBytes + (kept == null ? 0 : kept.length + ENTRY_BYTES);
    }

    void clear() {
        queue.forEach(ByteBuf::release);
        queue.clear();
        queuedBytes = 0;
        answer = null;
    }
}
