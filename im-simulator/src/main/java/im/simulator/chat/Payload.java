package im.simulator.chat;

import im.client.Content;

/** What a message carries; shared by all messages that carry it, never changed. */
record Payload(String contentType, Content content) {
    static Payload text(String text) {
        return new Payload("text/plain", new Content.Text(text));
    }

    static Payload data(byte[] bytes) {
        return new Payload("application/octet-stream", new Content.Data(bytes));
    }

    boolean matches(String otherType, Content other) {
        return contentType.equals(otherType) && content.equals(other);
    }
}
