package im.relay.apply;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A relay that ends between two effects of a batch as it would by SIGKILL, for tests: {@code -Dim.test.halt-relay=FOLDER}.
 * A file in that folder with the name of a {@link Place} is an order for one relay, the one that takes it away: it ends
 * there and then. A relay takes it in dev mode only.
 */
public final class RelayHalt {
    public static final String PROPERTY = "im.test.halt-relay";

    private static final int KILLED = 137;
    private static final @Nullable Path FOLDER = folder(System.getProperty(PROPERTY));

    /** Where a batch is, in the order of D2. */
    public enum Place {
        /** What it does to groups is written down, and in no view. */
        RECORDED,
        /** In the indexes, and not in the conversations. */
        INDEXED,
        /** In the view, and nobody has been told. */
        APPLIED,
        /** Pushed, and not committed. */
        PUSHED;

        /** What a file has to be named. */
        public String file() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private RelayHalt() {}

    private static @Nullable Path folder(@Nullable String name) {
        return name == null ? null : Path.of(name);
    }

    /** Whether the property asks for it. */
    public static boolean isAskedFor() {
        return FOLDER != null;
    }

    static void at(Place place) {
        if (FOLDER != null) {
            obey(FOLDER.resolve(place.file()));
        }
    }

    private static void obey(Path order) {
        try {
            if (Files.deleteIfExists(order)) {
                Runtime.getRuntime().halt(KILLED);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
