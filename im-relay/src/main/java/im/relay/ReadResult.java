package im.relay;

/** What a read brought. */
public sealed interface ReadResult<T> {

    record Ok<T>(T value) implements ReadResult<T> {}

    /**
     * @param retryAfterMs when it is worth asking again
     */
    record Failed<T>(String text, int retryAfterMs) implements ReadResult<T> {}
}
