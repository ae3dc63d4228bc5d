package im.gateway.session;

import im.relay.ConversationStore.Page;
import im.relay.GroupStore;
import im.relay.ReadResult;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** A store of groups in which every question fails the test that asks it; a model answers those that its tests ask. */
public abstract class UnaskedGroups implements GroupStore {
    private static UnsupportedOperationException unasked() {
        return new UnsupportedOperationException("no test of this model asks that");
    }

    @Override
    public void version(String uid, Executor lane, Consumer<ReadResult<Long>> done) {
        throw unasked();
    }

    @Override
    public void groupsOf(String uid, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        throw unasked();
    }

    @Override
    public void counts(List<String> uids, Executor lane, Consumer<ReadResult<int[]>> done) {
        throw unasked();
    }

    @Override
    public void standing(String group, String uid, Executor lane, Consumer<ReadResult<Standing>> done) {
        throw unasked();
    }

    @Override
    public void standings(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Standing>>> done) {
        throw unasked();
    }

    @Override
    public void members(String group, String after, int limit, Executor lane, Consumer<ReadResult<Members>> done) {
        throw unasked();
    }

    @Override
    public void marks(List<String> groups, Executor lane, Consumer<ReadResult<List<Mark>>> done) {
        throw unasked();
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
        throw unasked();
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
        throw unasked();
    }

    @Override
    public void reached(String group, List<String> uids, Executor lane, Consumer<ReadResult<List<Reached>>> done) {
        throw unasked();
    }
}
