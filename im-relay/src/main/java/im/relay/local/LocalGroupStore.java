package im.relay.local;

import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.ReadResult;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Groups of the local store, read by the threads that read its messages. Safe from any thread. */
final class LocalGroupStore implements GroupStore {
    private final LocalConversationStore threads;
    private final GroupReader reader;
    private final HeadsReader heads;

    LocalGroupStore(LocalConversationStore threads, GroupReader reader, HeadsReader heads) {
        this.threads = threads;
        this.reader = reader;
        this.heads = heads;
    }

    @Override
    public void version(String uid, Executor lane, Consumer<ReadResult<Long>> done) {
        threads.submit(() -> reader.version(uid), lane, done);
    }

    @Override
    public void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        threads.submit(() -> reader.groupsOf(uid), lane, done);
    }

    @Override
    public void counts(List<String> uids, Executor lane, Consumer<ReadResult<int[]>> done) {
        GroupStore.requireAsked(uids.size());
        threads.submit(() -> reader.counts(uids), lane, done);
    }

    @Override
    public void standing(String group, String uid, Executor lane, Consumer<ReadResult<Standing>> done) {
        threads.submit(() -> reader.standings(group, List.of(uid)).get(0), lane, done);
    }

    @Override
    public void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        GroupStore.requireAsked(uids.size());
        threads.submit(() -> reader.standings(group, uids), lane, done);
    }

    @Override
    public void members(String group, String after, int limit, Executor lane, Consumer<ReadResult<Members>> done) {
        GroupStore.requirePage(limit);
        threads.submit(() -> reader.members(group, after, limit), lane, done);
    }

    @Override
    public void reached(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Reached>>> done) {
        GroupStore.requireMembers(uids.size());
        threads.submit(() -> heads.reached(group, uids), lane, done);
    }

    @Override
    public void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done) {
        GroupStore.requireAsked(groups.size());
        threads.submit(() -> reader.marks(groups), lane, done);
    }

    @Override
    public void page(
            String group,
            String uid,
            long after,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        threads.submit(() -> reader.page(group, uid, after, maxMessages, maxBytes), lane, done);
    }

    @Override
    public void pageBefore(
            String group,
            String uid,
            long before,
            int maxMessages,
            int maxBytes,
            Executor lane,
            Consumer<ReadResult<Page>> done) {
        threads.submit(() -> reader.pageBefore(group, uid, before, maxMessages, maxBytes), lane, done);
    }
}
