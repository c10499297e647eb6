// Writes what Kafka's own Java client computes, for murmur2_test.cpp and topic_id_test.cpp:
// Utils.murmur2, BuiltInPartitioner.partitionForKey and Uuid.toString. The same output each time.
//
//   java -cp 'LIB/*' tests/unit/kafka/vectors/JavaClientVectors.java > tests/unit/kafka/java_client_vectors.json
//
// LIB: a directory with kafka-clients and slf4j-api, for example the jars that dev/cluster keeps
// (~/.cache/fusion-operator/kafka/*/). The committed file was made with kafka-clients 4.1.0.

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Utils;

public class JavaClientVectors {
  private static final int[] PARTITIONS = {1, 2, 3, 7, 12, 100, 1000};

  public static void main(String[] arguments) {
    Random random = new Random(20130101);
    System.out.println("{\"partitions\": [1, 2, 3, 7, 12, 100, 1000],");
    System.out.println(" \"keys\": [");
    List<byte[]> keys = keys(random);
    for (int i = 0; i < keys.size(); i++) {
      System.out.println(keyLine(keys.get(i)) + (i + 1 < keys.size() ? "," : ""));
    }
    System.out.println(" ],\n \"uuids\": [");
    for (int i = 0; i < 100; i++) {
      Uuid uuid = new Uuid(random.nextLong(), random.nextLong());
      System.out.printf("  {\"high\": %d, \"low\": %d, \"text\": \"%s\"}%s%n", uuid.getMostSignificantBits(),
          uuid.getLeastSignificantBits(), uuid, i + 1 < 100 ? "," : "");
    }
    System.out.println(" ]}");
  }

  private static List<byte[]> keys(Random random) {
    List<byte[]> keys = new ArrayList<>();
    keys.add(new byte[0]);
    for (int length = 1; length <= 200; length++) {
      for (int i = 0; i < 4; i++) {
        byte[] key = new byte[length];
        random.nextBytes(key);
        keys.add(key);
      }
      byte[] high = new byte[length];
      java.util.Arrays.fill(high, (byte) 0xff);
      keys.add(high);
      keys.add(new byte[length]);
    }
    for (String text : new String[] {"a", "key", "UA-1545", "größe", "Zürich", "日本語", "ключ", "🚀🛰", "e\u0301", "\u0000", "\n"}) {
      keys.add(text.getBytes(StandardCharsets.UTF_8));
    }
    for (int i = 0; i < 100; i++) {
      keys.add(("flight-" + random.nextInt()).getBytes(StandardCharsets.UTF_8));
    }
    return keys;
  }

  private static String keyLine(byte[] key) {
    StringBuilder line = new StringBuilder("  {\"hex\": \"" + HexFormat.of().formatHex(key) + "\", \"murmur2\": ");
    line.append(Utils.murmur2(key)).append(", \"partition\": [");
    for (int i = 0; i < PARTITIONS.length; i++) {
      line.append(i == 0 ? "" : ", ").append(BuiltInPartitioner.partitionForKey(key, PARTITIONS[i]));
    }
    return line.append("]}").toString();
  }
}
