package im.filter;

import im.gateway.intercept.IncomingMessage;
import im.protocol.ConversationKey;
import im.protocol.MessageId;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Who has sent what in the last minute. By conversation and id, so that a repeat of what was let through is let through,
 * and the same id elsewhere is another message. The senders that were silent longest are forgotten above
 * {@link #MOST_SENDERS}, and above {@link #MOST_MESSAGES} of all together. Any thread; each message takes a few steps,
 * whatever the rate.
 */
final class SenderRates {
    static final int MOST_SENDERS = 50_000;
    /** About 200 MB. */
    static final int MOST_MESSAGES = 1_000_000;

    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private record Sent(ConversationKey conversation, MessageId id) {}

    private final int perMinute;
    private final LongSupplier nanos;
    private final Map<String, LinkedHashMap<Sent, Long>> senders = new LinkedHashMap<>(16, 0.75f, true);
    private int messages;

    SenderRates(int perMinute, LongSupplier nanos) {
        this.perMinute = perMinute;
        this.nanos = nanos;
    }

    /** 0 when the message may go, else how many milliseconds the sender should wait, at least 1. */
    synchronized int count(IncomingMessage message) {
        long now = nanos.getAsLong();
        LinkedHashMap<Sent, Long> sent = senders.computeIfAbsent(message.sender(), uid -> new LinkedHashMap<>());
        forgetOld(sent, now);
        Sent one = new Sent(message.conversation(), message.messageId());
        if (sent.containsKey(one)) {
            return 0;
        }
        if (sent.size() >= perMinute) {
            long first = sent.values().iterator().next();
            return (int) TimeUnit.NANOSECONDS.toMillis(first + MINUTE - now) + 1;
        }
        sent.put(one, now);
        messages++;
        forgetSilent();
        return 0;
    }

    private void forgetOld(LinkedHashMap<Sent, Long> sent, long now) {
        Iterator<Long> times = sent.values().iterator();
        while (times.hasNext() && now - times.next() >= MINUTE) {
            times.remove();
            messages--;
        }
    }

    private void forgetSilent() {
        Iterator<LinkedHashMap<Sent, Long>> silent = senders.values().iterator();
        while (senders.size() > 1 && (senders.size() > MOST_SENDERS || messages > MOST_MESSAGES)) {
            messages -= silent.next().size();
            silent.remove();
        }
    }
}
