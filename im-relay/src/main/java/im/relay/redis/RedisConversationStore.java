package im.relay.redis;

import im.protocol.ConversationKey;
import im.relay.ConversationStore;
import im.relay.Partitions;
import im.relay.ReadResult;
import im.relay.redis.LogFacts.Snapshot;
import im.router.redis.Redis;
import im.router.redis.Redis.Call;
import im.router.redis.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The read side of the views in Redis. A read fails within two command timeouts while Redis does not answer, and while
 * the view that it needs is not there. Nothing is cached but what {@link LogFacts} says. Any thread.
 */
public final class RedisConversationStore implements ConversationStore {
    private final Redis redis;
    private final StoreKeys keys;
    private final Partitions partitions;
    private final LogFacts facts;
    private final PageScript pages;
    private final CompareRead compares;
    private final HeadsReader headsReader;

    /** @param partitions of the log that the views are of */
    public RedisConversationStore(Redis redis, Partitions partitions) {
        this.redis = redis;
        this.partitions = partitions;
        this.keys = new StoreKeys(redis.keys());
        this.facts = new LogFacts(redis, keys, partitions.count(), System::nanoTime);
        this.pages = new PageScript(keys);
        this.compares = new CompareRead(redis, keys, partitions, facts);
        this.headsReader = new HeadsReader(redis, keys, partitions);
    }

    @Override
    public void page(
            ConversationKey conversation,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        Call call = pages.after(partitions.of(conversation), conversation, after, maxMessages, maxBytes);
        Answer.to(
                lane,
                done,
                redis.call(call)
                        .thenApply(reply -> PageScript.pageAfter(conversation, after, maxMessages, maxBytes, reply)));
    }

    @Override
    public void pageBefore(
            ConversationKey conversation,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        long last = Math.max(before - 1, 0);
        Call call = pages.before(partitions.of(conversation), conversation, last, maxMessages, maxBytes);
        Answer.to(
                lane,
                done,
                redis.call(call)
                        .thenApply(reply -> PageScript.pageBefore(conversation, last, maxMessages, maxBytes, reply)));
    }

    @Override
    public void head(ConversationKey conversation, Executor lane, Consumer<ReadResult<Long>> done) {
        int partition = partitions.of(conversation);
        List<Call> calls = List.of(
                keys.readState(partition, "applied", "holes"),
                Call.of("HGET", keys.conversation(partition, conversation), StoreKeys.bytes("h")));
        Answer.to(lane, done, Pipelined.all(redis, calls).thenApply(RedisConversationStore::head));
    }

    private static long head(List<Reply> replies) {
        Reply state = replies.get(0);
        if (state.isNull(0)) {
            throw new NotThereException();
        }
        long holesEnd = state.isNull(1) ? 0 : Holes.parse(state.text(1)).end();
        return Math.max(replies.get(1).numberOr(0), holesEnd);
    }

    @Override
    public void compare(CompareRequest request, Executor lane, Consumer<ReadResult<Comparison>> done) {
        Answer.to(lane, done, compares.compare(request));
    }

    @Override
    public void versions(List<String> uids, Executor lane, Consumer<ReadResult<long[]>> done) {
        byte[] field = {'v'};
        List<Call> calls = new ArrayList<>(uids.size());
        for (String uid : uids) {
            calls.add(Call.of("HGET", keys.index(uid), field));
        }
        CompletionStage<long[]> versions = facts.get()
                .thenCompose(snapshot -> Pipelined.all(redis, calls).thenApply(replies -> versions(replies, snapshot)));
        Answer.to(lane, done, versions);
    }

    /** Each as {@link CompareRead} tells it. */
    private static long[] versions(List<Reply> replies, Snapshot snapshot) {
        return replies.stream()
                .mapToLong(reply -> reply.numberOr(0) + snapshot.holesHash())
                .toArray();
    }

    @Override
    public void heads(HeadsRequest request, Executor lane, Consumer<ReadResult<ConversationStore.HeadsRead>> done) {
        Answer.to(lane, done, headsReader.read(request));
    }
}
