package im.relay.local;

import java.io.IOException;
import java.nio.file.Path;

/** Another process, or another store of this process, has the data folder. */
public final class FolderInUseException extends IOException {
    private static final long serialVersionUID = 1L;

    FolderInUseException(Path folder) {
        super("data folder is in use: " + folder);
    }
}
