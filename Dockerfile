# syntax=docker/dockerfile:1
# The program alone: a static binary, certificates to check mail servers with, and no shell. It runs as nobody.
FROM golang:1.26-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -ldflags="-s -w" -o /out/aftersale ./bot && mkdir /out/data

FROM scratch
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=build /out/aftersale /aftersale
# SQLite and the outbox live here: mount a volume that user 65532 may write, or use PostgreSQL and SMTP.
COPY --from=build --chown=65532:65532 /out/data /data
COPY --from=build --chown=65532:65532 --chmod=1777 /out/data /tmp
WORKDIR /data
VOLUME /data
USER 65532:65532
ENV AFTERSALE_LISTEN=0.0.0.0:8080 AFTERSALE_DATABASE_URL=sqlite:/data/aftersale.db
EXPOSE 8080
HEALTHCHECK --interval=15s --timeout=5s --start-period=10s --retries=3 CMD ["/aftersale", "healthcheck"]
ENTRYPOINT ["/aftersale"]
CMD ["serve"]
