package im.simulator.access;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What the command line said about the gateway. Nothing is read before it is asked for.
 *
 * @param url null to read the data folder
 * @param data the server's data folder: its addresses, and in dev mode its key
 * @param keyFile HS256 key; null to take the data folder's
 * @param tokensFile ready-made tokens, one a line; null to mint them
 */
public record Access(
        @Nullable Gateways url,
        Path data,
        @Nullable Path keyFile,
        @Nullable Path tokensFile) {

    /**
     * Where to connect.
     *
     * @throws AccessException if the data folder does not tell
     */
    public Gateways gateways() {
        return url != null ? url : EndpointsFile.webSocket(data.resolve("endpoints.json"));
    }

    /**
     * Where tokens come from.
     *
     * @param timeToLive of minted tokens
     * @throws AccessException if the key or the tokens cannot be read
     */
    public Tokens tokens(Duration timeToLive) {
        if (tokensFile != null) {
            return ListedTokens.read(tokensFile);
        }
        return MintedTokens.withKey(keyFile != null ? keyFile : data.resolve("dev.key"), timeToLive);
    }

    static byte[] bytesOf(Path file, String what) {
        try {
            return Files.readAllBytes(file);
        } catch (NoSuchFileException e) {
            throw new AccessException(what + ": " + file + " does not exist");
        } catch (IOException e) {
            throw new AccessException(what + ": cannot read " + file + ": " + e.getMessage());
        }
    }
}
