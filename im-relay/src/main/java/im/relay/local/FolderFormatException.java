package im.relay.local;

import java.io.IOException;
import java.nio.file.Path;

/** The data folder was written by a newer version, or by something else; nothing in it was touched. */
public final class FolderFormatException extends IOException {
    private static final long serialVersionUID = 1L;

    FolderFormatException(Path file, String found, String expected) {
        super("cannot read the data folder: file=" + file + " found=" + found + " expected=" + expected);
    }
}
