package im.gateway.intercept;

import java.io.IOException;
import java.io.Reader;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** Finds the interceptors and starts them. Blocks. */
public final class InterceptorLoader {
    private InterceptorLoader() {}

    /**
     * Those of the class path and of the jars of a folder, in the order of their class names.
     *
     * @param folder whose jars are read; the process keeps them open
     * @throws IOException saying in one line what is wrong with folder, settings or an interceptor
     */
    public static List<MessageInterceptor> load(Optional<Path> folder, Optional<Path> settings) throws IOException {
        List<MessageInterceptor> found = new ArrayList<>();
        try {
            ServiceLoader.load(MessageInterceptor.class, loader(folder)).forEach(found::add);
            found.sort((a, b) -> a.getClass().getName().compareTo(b.getClass().getName()));
            Map<String, String> read = settings.isPresent() ? properties(settings.get()) : Map.of();
            found.forEach(interceptor -> interceptor.start(read));
            return List.copyOf(found);
        } catch (ServiceConfigurationError | RuntimeException | LinkageError e) {
            throw new IOException("interceptors: " + e.getMessage(), e);
        }
    }

    private static ClassLoader loader(Optional<Path> folder) throws IOException {
        ClassLoader own = InterceptorLoader.class.getClassLoader();
        if (folder.isEmpty()) {
            return own;
        }
        if (!Files.isDirectory(folder.get())) {
            throw new IOException("interceptors.folder is \"" + folder.get() + "\": expected a folder of jars");
        }
        List<URL> jars = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.get())) {
            for (Path file : files.filter(each -> each.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                jars.add(file.toUri().toURL());
            }
        }
        return new URLClassLoader("interceptors", jars.toArray(URL[]::new), own);
    }

    private static Map<String, String> properties(Path file) throws IOException {
        Properties read = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            read.load(reader);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(
                    "interceptors.properties-file is \"" + file + "\": expected a file of properties: " + e, e);
        }
        Map<String, String> settings = new HashMap<>();
        read.stringPropertyNames().forEach(name -> settings.put(name, read.getProperty(name)));
        return Map.copyOf(settings);
    }
}
