package im.gateway.delivery;

/** How much is written to a device and not acknowledged, live or streamed, in messages and bytes. */
final class Window {
    private final int maxMessages;
    private final int maxBytes;
    private int messages;
    private int bytes;

    Window(int maxMessages, int maxBytes) {
        this.maxMessages = maxMessages;
        this.maxBytes = maxBytes;
    }

    /** Whether one message of this size fits. */
    boolean hasRoom(int size) {
        return hasRoom(1, size);
    }

    boolean hasRoom(int more, int size) {
        return messages + more <= maxMessages && bytes + size <= maxBytes;
    }

    int roomMessages() {
        return maxMessages - messages;
    }

    int roomBytes() {
        return maxBytes - bytes;
    }

    void take(int size) {
        messages++;
        bytes += size;
    }

    void giveBack(int size) {
        messages--;
        bytes -= size;
    }

    boolean isEmpty() {
        return messages == 0;
    }

    @Override
    public String toString() {
        return "window=" + messages + "/" + bytes + "B";
    }
}
