package im.relay.local;

import static im.relay.Answers.append;
import static im.relay.Answers.await;
import static im.relay.Requests.message;

import im.protocol.ConversationKey;
import im.relay.AppendOutcome;
import im.relay.CursorStore;
import im.relay.ReadResult;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;

/** A process that appends to the folder it is given until the log fails, says what it saw, and waits to be killed. */
final class AppendUntilFailure {
    private static final int MESSAGES = 5_000;

    private AppendUntilFailure() {}

    public static void main(String[] args) throws IOException {
        TestStore store = TestStore.opened(Path.of(args[0]));
        Random random = new Random(1);
        AppendOutcome outcome = new AppendOutcome.Accepted(0);
        int accepted = -1;
        while (outcome instanceof AppendOutcome.Accepted && accepted < MESSAGES) {
            accepted++;
            outcome = append(store.log(), message("a", "b", accepted + 1, text(random)))
                    .get(0);
        }
        AppendOutcome later =
                append(store.log(), message("a", "b", MESSAGES + 1, "later")).get(0);
        ReadResult<Boolean> opened =
                await(done -> store.cursors().open("a", "d", CursorStore.Start.HEADS, Runnable::run, done));
        ReadResult<Long> head =
                await(done -> store.conversations().head(ConversationKey.direct("a", "b"), Runnable::run, done));
        System.out.println(accepted);
        System.out.println(outcome);
        System.out.println(later);
        System.out.println(opened);
        System.out.println(head);
        System.out.println(store.log().failure());
        System.out.println("end");
        System.in.read();
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        random.ints(60_000, ' ', '~').forEach(text::appendCodePoint);
        return text.toString();
    }
}
