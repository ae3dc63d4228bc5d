package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationView.Move;
import im.relay.LoggedMessage;
import im.relay.Retention;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import im.router.redis.Script;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** {@code apply.lua}: messages and where the view stands move together, from where it is expected to stand, or not. */
final class ApplyScript {
    private static final Script SCRIPT = Script.of(ApplyScript.class, "apply");
    /** So many entries of log times stand for a whole retention. */
    private static final int SAMPLES = 1_024;

    private static final long MIN_SAMPLE_MS = 1_000;
    private static final byte[] NOT_KNOWN = {};
    private static final byte[] YES = {'1'};
    private static final byte[] NO = {'0'};

    private final StoreKeys keys;
    private final byte[] maxMessages;
    private final byte[] maxBytes;
    private final byte[] sampleMs;

    ApplyScript(StoreKeys keys, Retention retention) {
        this.keys = keys;
        this.maxMessages = Redis.decimal(retention.messages());
        this.maxBytes = Redis.decimal(retention.bytes());
        this.sampleMs = Redis.decimal(Math.max(MIN_SAMPLE_MS, retention.time().toMillis() / SAMPLES));
    }

    Call apply(int partition, long expected, long applied, int term, List<LoggedMessage> messages) {
        return call(partition, expected, applied, messages, NOT_KNOWN, Redis.decimal(term));
    }

    Call reached(int partition, long expected, long timeMs) {
        return call(partition, expected, expected, List.of(), Redis.decimal(timeMs), NOT_KNOWN);
    }

    private Call call(
            int partition, long expected, long applied, List<LoggedMessage> messages, byte[] reachedMs, byte[] term) {
        Map<ConversationKey, Integer> conversations = new LinkedHashMap<>();
        for (LoggedMessage message : messages) {
            conversations.putIfAbsent(message.conversation(), conversations.size());
        }
        List<byte[]> touched =
                new ArrayList<>(List.of(keys.state(partition), keys.times(partition), keys.due(partition)));
        List<byte[]> args = new ArrayList<>(List.of(
                Redis.decimal(expected), Redis.decimal(applied), maxMessages, maxBytes, sampleMs, reachedMs, term));
        for (ConversationKey conversation : conversations.keySet()) {
            touched.add(keys.conversation(partition, conversation));
            touched.add(keys.messages(partition, conversation));
            args.add(StoreKeys.bytes(conversation.text()));
        }
        for (LoggedMessage message : messages) {
            args.add(Redis.decimal(conversations.getOrDefault(message.conversation(), 0)));
            args.add(Redis.decimal(message.position()));
            args.add(Redis.decimal(message.acceptedMs()));
            args.add(message.sender().equals(message.conversation().first()) ? YES : NO);
            args.add(message.envelope());
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }

    /** Of this and of {@code skip.lua}. */
    static Move move(Reply reply) {
        if (reply.number(0) == 0) {
            return new Move.Mismatch(reply.number(1));
        }
        long[] prevs = new long[reply.size() - 1];
        for (int i = 0; i < prevs.length; i++) {
            prevs[i] = reply.number(i + 1);
        }
        return new Move.Moved(prevs);
    }
}
