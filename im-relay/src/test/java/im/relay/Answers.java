package im.relay;

import static im.relay.PatientAwaits.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import im.protocol.ConversationKey;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Asynchronous calls as tests write them: each waits for its answer. */
public final class Answers {
    private Answers() {}

    public static <T> T await(Consumer<Consumer<T>> call) {
        CompletableFuture<T> answer = new CompletableFuture<>();
        call.accept(answer::complete);
        return answer.orTimeout(PATIENCE.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The value of a read that succeeds. */
    public static <T> T value(Consumer<Consumer<ReadResult<T>>> call) {
        ReadResult<T> result = await(call);
        assertThat(result).isInstanceOf(ReadResult.Ok.class);
        return ((ReadResult.Ok<T>) result).value();
    }

    public static List<AppendOutcome> append(MessageLog log, AppendRequest... batch) {
        return await(done -> log.append(List.of(batch), Runnable::run, done));
    }

    public static boolean open(CursorStore cursors, String uid, String device, boolean fromHeads) {
        return open(cursors, uid, device, start(fromHeads));
    }

    public static boolean open(CursorStore cursors, String uid, String device, CursorStore.Start start) {
        return value(done -> cursors.open(uid, device, start, Runnable::run, done));
    }

    public static CursorStore.Start start(boolean fromHeads) {
        return fromHeads ? CursorStore.Start.HEADS : CursorStore.Start.FIRST_HELD;
    }

    public static void raise(
            CursorStore cursors, String uid, String device, ConversationKey conversation, long position) {
        await(done -> cursors.raise(uid, device, conversation, position, Runnable::run, () -> done.accept(true)));
    }

    /** All that stands in the conversation after the position. */
    public static List<PlacedMessage> after(ConversationStore store, ConversationKey conversation, long after) {
        ConversationStore.Page page =
                value(done -> store.page(conversation, after, 100_000, 1 << 30, Runnable::run, done));
        return page.messages();
    }

    /** The first page after the position, as large as one can be. */
    public static ConversationStore.Page page(ConversationStore store, ConversationKey conversation, long after) {
        return value(done -> store.page(conversation, after, 100_000, 1 << 30, Runnable::run, done));
    }

    public static ConversationStore.Page pageBefore(
            ConversationStore store, ConversationKey conversation, long before, int maxMessages) {
        return value(done -> store.pageBefore(conversation, before, maxMessages, 1 << 30, Runnable::run, done));
    }

    public static long[] versions(ConversationStore store, String... uids) {
        return value(done -> store.versions(List.of(uids), Runnable::run, done));
    }

    public static ConversationStore.HeadsRead heads(
            ConversationStore store, String uid, String device, long below, int limit) {
        var request = new ConversationStore.HeadsRequest(uid, device, below, limit);
        return value(done -> store.heads(request, Runnable::run, done));
    }

    public static void raiseRead(CursorStore cursors, String uid, ConversationKey conversation, long position) {
        await(done -> cursors.raiseRead(uid, conversation, position, Runnable::run, () -> done.accept(true)));
    }

    /** What a device that brings no cursors of its own is behind on. */
    public static List<ConversationStore.Behind> behind(ConversationStore store, String uid, String device) {
        return compare(store, uid, device, Map.of(), false, List.of()).behind();
    }

    public static ConversationStore.Comparison compare(
            ConversationStore store,
            String uid,
            String device,
            Map<ConversationKey, Long> known,
            boolean complete,
            List<ConversationKey> wanted) {
        var request = new ConversationStore.CompareRequest(uid, device, known, complete, wanted);
        return value(done -> store.compare(request, Runnable::run, done));
    }
}
