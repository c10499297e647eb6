package lateflights;

/** A record of flights-live; with weather and p80 one of alerts. Without an id it is a heartbeat, which only tells the time. */
public class Flight {
  public Integer id;
  public String date;
  public int hour;
  public String carrier;
  public int flight;
  public String origin;
  public String dest;
  public Integer delay; // minutes at arrival; null: it never arrived there
  public Integer p80;
  public long time;
  public Weather weather; // of the hour in which it was to leave; null: not known

  boolean arrived() {
    return id != null && delay != null;
  }

  String route() {
    return origin + "-" + dest;
  }
}
