package im.testkit.server;

import java.net.URI;

/** One gateway, or the one server: for those who come back to the same. */
public record Entrance(URI ws, URI tcp) {}
