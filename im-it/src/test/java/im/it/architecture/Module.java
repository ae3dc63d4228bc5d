package im.it.architecture;

import java.util.List;

/** The modules of the product and what each may know. {@code im-it} itself knows all of them and is known by none. */
enum Module {
    SERVERS("im-servers", "im.servers", 12),
    PROTOCOL("im-protocol", "im.protocol", 100),
    ROUTER("im-router", "im.router", 6, PROTOCOL),
    RELAY("im-relay", "im.relay", 40, ROUTER, PROTOCOL),
    GATEWAY("im-gateway", "im.gateway", 90, RELAY, ROUTER, PROTOCOL, SERVERS),
    CLIENT("im-client-sdk", "im.client", 50, PROTOCOL),
    SIMULATOR("im-simulator", "im.simulator", 50, CLIENT, PROTOCOL),
    EXAMPLES("examples/java", "im.examples", 3, CLIENT),
    /** A jar for the server, which does not know it. */
    FILTER("examples/filter", "im.filter", 2, GATEWAY, PROTOCOL),
    /** For tests only, so it may know everything. */
    TESTKIT("im-testkit", "im.testkit", 45, GATEWAY, RELAY, ROUTER, CLIENT, SIMULATOR, PROTOCOL, SERVERS),
    /** Measures everything, and nothing knows it. */
    BENCH("im-bench", "im.bench", 20, GATEWAY, RELAY, ROUTER, CLIENT, PROTOCOL, SERVERS);

    final String folder;
    final String rootPackage;
    /** A rule over fewer classes than this has looked in the wrong place. */
    final int fewestClasses;

    private final List<Module> mayKnow;

    Module(String folder, String rootPackage, int fewestClasses, Module... mayKnow) {
        this.folder = folder;
        this.rootPackage = rootPackage;
        this.fewestClasses = fewestClasses;
        this.mayKnow = List.of(mayKnow);
    }

    /** The packages of the modules that this one must not know, as ArchUnit writes them. */
    String[] forbiddenPackages() {
        return List.of(values()).stream()
                .filter(module -> module != this && !mayKnow.contains(module))
                .map(Module::packages)
                .toArray(String[]::new);
    }

    String packages() {
        return rootPackage + "..";
    }
}
