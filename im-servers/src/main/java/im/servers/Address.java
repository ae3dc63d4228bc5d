package im.servers;

/** Where a server is reached. */
public record Address(String host, int port) {
    public static final String LOOPBACK = "127.0.0.1";

    /** As {@code host:port}; of a list the first. */
    static Address parse(String text) {
        String first = text.split(",", 2)[0].trim();
        int colon = first.lastIndexOf(':');
        if (colon <= 0) {
            throw new IllegalArgumentException("expected HOST:PORT, not " + text);
        }
        return new Address(first.substring(0, colon), Integer.parseInt(first.substring(colon + 1)));
    }

    @Override
    public String toString() {
        return host + ":" + port;
    }
}
