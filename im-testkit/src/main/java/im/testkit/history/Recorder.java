package im.testkit.history;

/** Writes the events of one run of an app, with the time of the call. Any thread. */
public final class Recorder {
    private final History history;
    private final DeviceRun by;

    Recorder(History history, DeviceRun by) {
        this.history = history;
        this.by = by;
    }

    public DeviceRun run() {
        return by;
    }

    public void started(Start start) {
        history.add(new Event.Started(history.now(), by, start));
    }

    public void connected() {
        history.add(new Event.Connected(history.now(), by));
    }

    public void caughtUp() {
        history.add(new Event.CaughtUp(history.now(), by));
    }

    public void lagged() {
        history.add(new Event.Lagged(history.now(), by));
    }

    public void disconnected() {
        history.add(new Event.Disconnected(history.now(), by));
    }

    public void stopped(boolean orderly) {
        history.add(new Event.Stopped(history.now(), by, orderly));
    }

    /** Call this before the send, in the order of the sends; returns the ref for {@link #settled}. */
    public long invoked(String peer, String messageId, String body) {
        long ref = history.nextRef();
        history.add(new Event.Invoked(history.now(), by, ref, peer, messageId, body));
        return ref;
    }

    public void settled(long ref, Outcome outcome, String code) {
        history.add(new Event.Settled(history.now(), by, ref, outcome, code));
    }

    /** {@link Event.CalledBack}. */
    public void calledBack(
            String peer,
            long position,
            long prev,
            String messageId,
            String sender,
            String body,
            boolean own,
            boolean redelivered) {
        history.add(new Event.CalledBack(
                history.now(), by, peer, position, prev, messageId, sender, body, own, redelivered));
    }

    public void acked(String peer, long position) {
        history.add(new Event.Acked(history.now(), by, peer, position));
    }

    public void refused(String code, String text) {
        history.add(new Event.Refused(history.now(), by, code, text));
    }
}
