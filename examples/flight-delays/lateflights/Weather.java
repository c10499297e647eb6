package lateflights;

/** A record of weather, of one hour. Without an origin it is a heartbeat. */
public class Weather {
  public String origin;
  public Double temp;
  public double precip;
  public double visib;
}
