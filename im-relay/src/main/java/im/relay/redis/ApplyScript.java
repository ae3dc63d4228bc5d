package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationView.Move;
import im.relay.GroupEffect;
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

/**
 * {@code apply.lua}: messages, groups and where the view stands move together, from where it is expected to stand, or
 * not.
 */
final class ApplyScript {
    private static final Script SCRIPT = Script.of(ApplyScript.class, "apply", "members");
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

    /** @param effects of messages among these */
    Call apply(
            int partition,
            long expected,
            long applied,
            int term,
            List<LoggedMessage> messages,
            List<GroupEffect> effects) {
        return call(partition, expected, applied, messages, effects, NOT_KNOWN, Redis.decimal(term));
    }

    Call reached(int partition, long expected, long timeMs) {
        return call(partition, expected, expected, List.of(), List.of(), Redis.decimal(timeMs), NOT_KNOWN);
    }

    private Call call(
            int partition,
            long expected,
            long applied,
            List<LoggedMessage> messages,
            List<GroupEffect> effects,
            byte[] reachedMs,
            byte[] term) {
        Map<ConversationKey, Integer> conversations = new LinkedHashMap<>();
        for (LoggedMessage message : messages) {
            conversations.putIfAbsent(message.conversation(), conversations.size());
        }
        List<byte[]> touched = new ArrayList<>(
                List.of(keys.state(partition), keys.times(partition), keys.due(partition), keys.left(partition)));
        List<byte[]> ofGroups = new ArrayList<>();
        List<byte[]> args = new ArrayList<>(List.of(
                Redis.decimal(expected),
                Redis.decimal(applied),
                maxMessages,
                maxBytes,
                sampleMs,
                reachedMs,
                term,
                Redis.decimal(conversations.size())));
        int firstOfGroups = touched.size() + 2 * conversations.size() + 1;
        for (ConversationKey conversation : conversations.keySet()) {
            touched.add(keys.conversation(partition, conversation));
            touched.add(keys.messages(partition, conversation));
            args.add(StoreKeys.bytes(conversation.text()));
            args.add(Redis.decimal(conversation.isGroup() ? firstOfGroups + ofGroups.size() : 0));
            if (conversation.isGroup()) {
                ofGroups.add(keys.group(partition, conversation.group()));
                ofGroups.add(keys.members(partition, conversation.group()));
                ofGroups.add(keys.stretches(partition, conversation.group()));
            }
        }
        touched.addAll(ofGroups);
        int next = 0;
        for (LoggedMessage message : messages) {
            args.add(Redis.decimal(conversations.getOrDefault(message.conversation(), 0)));
            args.add(Redis.decimal(message.position()));
            args.add(Redis.decimal(message.acceptedMs()));
            args.add(isOfFirst(message) ? YES : NO);
            args.add(message.envelope());
            List<byte[]> changed = List.of();
            if (next < effects.size() && effects.get(next).position() == message.position()) {
                changed = StoredGroups.args(effects.get(next++));
            }
            args.add(Redis.decimal(changed.size()));
            args.addAll(changed);
        }
        return Call.of(SCRIPT, touched.toArray(byte[][]::new), args.toArray(byte[][]::new));
    }

    private static boolean isOfFirst(LoggedMessage message) {
        ConversationKey conversation = message.conversation();
        return !conversation.isGroup() && message.sender().equals(conversation.first());
    }

    /** Of this and of {@code skip.lua}. */
    static Move move(Reply reply) {
        if (reply.number(0) == 0) {
            return new Move.Mismatch(reply.number(1));
        }
        long[] prevs = new long[(reply.size() - 1) / 2];
        long[] changedAt = new long[prevs.length];
        for (int i = 0; i < prevs.length; i++) {
            prevs[i] = reply.number(2 * i + 1);
            changedAt[i] = reply.number(2 * i + 2);
        }
        return new Move.Moved(prevs, changedAt);
    }
}
