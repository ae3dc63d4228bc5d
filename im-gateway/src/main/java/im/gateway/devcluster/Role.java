package im.gateway.devcluster;

import java.util.List;

/** What a process of ours is, with the command that starts it and the ports that it listens on. */
enum Role {
    GATEWAY("gateway", List.of("http", "tcp", "admin")),
    RELAY("relay", List.of("admin")),
    ROUTER("router", List.of("http", "admin"));

    final String command;
    final List<String> ports;

    Role(String command, List<String> ports) {
        this.command = command;
        this.ports = ports;
    }

    /** The name of one of them; the first is 1. */
    String name(int number) {
        return command + "-" + number;
    }
}
