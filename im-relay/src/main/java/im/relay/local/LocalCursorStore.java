package im.relay.local;

import im.protocol.ConversationKey;
import im.protocol.Ids;
import im.relay.CursorStore;
import im.relay.ReadResult;
import im.relay.Wakeups;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/** Devices and cursors, written with the log's commits. Safe from any thread. */
final class LocalCursorStore implements CursorStore {
    private final Intake intake;
    private final LogWriter writer;

    LocalCursorStore(Intake intake, LogWriter writer) {
        this.intake = intake;
        this.writer = writer;
    }

    @Override
    public void open(String uid, String device, Start start, Executor lane, Consumer<ReadResult<Boolean>> done) {
        check(uid, device);
        OpenJob job = new OpenJob(uid, device, start, lane, done);
        if (writer.failure() != null) {
            Wakeups.wake(lane, () -> job.fail(LogWriter.FAILED, false));
            return;
        }
        switch (intake.offer(job)) {
            case TAKEN -> {}
            case FULL -> Wakeups.wake(lane, () -> job.fail("the log's queue is full", false));
            case CLOSED -> Wakeups.wake(lane, () -> job.fail("the log is closed", false));
        }
    }

    @Override
    public void raise(
            String uid, String device, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        check(uid, device);
        offer(new Raise(new Raise.Key(uid, device, conversation), position, lane, durable));
    }

    @Override
    public void raiseRead(String uid, ConversationKey conversation, long position, Executor lane, Runnable durable) {
        check(uid, uid);
        offer(new Raise(new Raise.Key(uid, "", conversation), position, lane, durable));
    }

    private void offer(Raise raise) {
        if (writer.failure() != null || intake.offer(raise) != Intake.Offered.TAKEN) {
            Wakeups.wake(raise.lane(), raise.durable());
        }
    }

    @Override
    public void touch(String uid, String device) {
        check(uid, device);
        intake.touch(new Intake.Touched(uid, device));
    }

    /** An id that is none could be another key. */
    private static void check(String uid, String device) {
        if (!Ids.isValid(uid) || !Ids.isValid(device)) {
            throw new IllegalArgumentException("not a device: uid=" + uid + " device=" + device);
        }
    }
}
