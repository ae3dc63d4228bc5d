package im.client;

/** Told of every change of {@link ImClient#state()}, in order, on the callback executor, never concurrently. */
@FunctionalInterface
public interface ConnectionStateListener {
    void onStateChanged(StateChange change);
}
