CREATE TABLE "campaign" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text DEFAULT 'broadcast' NOT NULL,
	"purpose" text NOT NULL,
	"channel" text DEFAULT 'email' NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"state_reason" text,
	"segment_id" uuid,
	"trigger" jsonb,
	"template_id" uuid NOT NULL,
	"fallback" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"coupon_campaign_id" uuid,
	"content" jsonb NOT NULL,
	"schedule" jsonb NOT NULL,
	"next_run_at" timestamp with time zone,
	"priority" smallint DEFAULT 0 NOT NULL,
	"send_time" text DEFAULT 'planned' NOT NULL,
	"offer_until" timestamp with time zone,
	"conversion_days" integer DEFAULT 7 NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"launched_at" timestamp with time zone,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "campaign_link" (
	"campaign_id" uuid NOT NULL,
	"link_no" smallint NOT NULL,
	"name" text NOT NULL,
	"url" text NOT NULL,
	CONSTRAINT "campaign_link_campaign_id_link_no_pk" PRIMARY KEY("campaign_id","link_no")
);
--> statement-breakpoint
CREATE TABLE "campaign_run" (
	"run_id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"occurrence" text NOT NULL,
	"send_key" text NOT NULL,
	"planned_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"wake_at" timestamp with time zone NOT NULL,
	"template_id" uuid,
	"template_version" integer NOT NULL,
	"audience" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "message" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"state" text NOT NULL,
	"reason" text,
	"detail" text,
	"due_at" timestamp with time zone NOT NULL,
	"deferred_at" timestamp with time zone,
	"attempt" smallint DEFAULT 0 NOT NULL,
	"failures" smallint DEFAULT 0 NOT NULL,
	"lease_until" timestamp with time zone,
	"channel" text NOT NULL,
	"provider" text,
	"address" text,
	"locale" text,
	"coupon_code" text,
	"asked" boolean DEFAULT false NOT NULL,
	"data" jsonb,
	"handed_at" timestamp with time zone,
	"delivered_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "message_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "message_request" (
	"contact_id" uuid NOT NULL,
	"key" text NOT NULL,
	"body_hash" text NOT NULL,
	"message_id" uuid NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"origin_id" uuid,
	CONSTRAINT "message_request_contact_id_key_pk" PRIMARY KEY("contact_id","key")
);
--> statement-breakpoint
CREATE TABLE "response" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"message_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"run_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"human" boolean NOT NULL,
	"reason" text,
	"link_no" smallint,
	"order_id" uuid,
	"amount_minor" bigint,
	"user_agent" text,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "response_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "response_guard" (
	"contact_id" uuid NOT NULL,
	"key" text NOT NULL,
	"response_id" uuid NOT NULL,
	"origin_id" uuid,
	CONSTRAINT "response_guard_contact_id_key_pk" PRIMARY KEY("contact_id","key")
);
--> statement-breakpoint
CREATE TABLE "send_guard" (
	"contact_id" uuid NOT NULL,
	"send_key" text NOT NULL,
	"message_id" uuid NOT NULL,
	"origin_id" uuid,
	CONSTRAINT "send_guard_contact_id_send_key_pk" PRIMARY KEY("contact_id","send_key")
);
--> statement-breakpoint
CREATE TABLE "template" (
	"template_id" uuid PRIMARY KEY NOT NULL,
	"key" text NOT NULL,
	"name" text NOT NULL,
	"channel" text DEFAULT 'email' NOT NULL,
	"purpose" text NOT NULL,
	"version" integer NOT NULL,
	"archived_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "template_version" (
	"template_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"locale" text NOT NULL,
	"subject" text NOT NULL,
	"mjml" text NOT NULL,
	"text" text NOT NULL,
	"html" text NOT NULL,
	"sample" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"uses" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "template_version_template_id_version_locale_pk" PRIMARY KEY("template_id","version","locale")
);
--> statement-breakpoint
CREATE TABLE "trigger_entry" (
	"contact_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	"entered_at" timestamp with time zone NOT NULL,
	CONSTRAINT "trigger_entry_contact_id_campaign_id_origin_id_pk" PRIMARY KEY("contact_id","campaign_id","origin_id")
);
--> statement-breakpoint
CREATE TABLE "trigger_scan" (
	"campaign_id" uuid PRIMARY KEY NOT NULL,
	"until" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "attribute_key" (
	"key" text NOT NULL,
	"type" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "attribute_key_key_type_pk" PRIMARY KEY("key","type")
);
--> statement-breakpoint
CREATE TABLE "consent" (
	"contact_id" uuid NOT NULL,
	"purpose" text NOT NULL,
	"channel" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"granted" boolean NOT NULL,
	"source" text NOT NULL,
	"proof" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "consent_contact_id_purpose_channel_occurred_at_id_pk" PRIMARY KEY("contact_id","purpose","channel","occurred_at","id")
);
--> statement-breakpoint
CREATE TABLE "contact" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"roles" text[] DEFAULT '{client}' NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"sort_name" text collate "C" DEFAULT '' NOT NULL,
	"given_name" text,
	"family_name" text,
	"email" text collate "C",
	"phone" text,
	"country" text,
	"city" text,
	"locale" text,
	"time_zone" text,
	"birth_year" smallint,
	"birth_month" smallint,
	"birth_day" smallint,
	"status" text DEFAULT 'active' NOT NULL,
	"tags" text[] DEFAULT '{}' NOT NULL,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"owner_id" text,
	"source" text,
	"external_id" text,
	"merged_into" uuid,
	"born_as" text,
	"born_at" timestamp with time zone,
	"search" text DEFAULT '' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "contact_external_id" (
	"namespace" text NOT NULL,
	"external_id" text NOT NULL,
	"contact_id" uuid NOT NULL,
	"origin_id" uuid,
	CONSTRAINT "contact_external_id_namespace_external_id_pk" PRIMARY KEY("namespace","external_id")
);
--> statement-breakpoint
CREATE TABLE "contact_history" (
	"contact_id" uuid NOT NULL,
	"key" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"value" jsonb,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	"delta" jsonb,
	"settles" uuid,
	CONSTRAINT "contact_history_contact_id_key_occurred_at_id_pk" PRIMARY KEY("contact_id","key","occurred_at","id")
);
--> statement-breakpoint
CREATE TABLE "contact_note" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"body" text NOT NULL,
	"author_id" text NOT NULL,
	"author_name" text NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "contact_note_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
);
--> statement-breakpoint
CREATE TABLE "contact_point" (
	"contact_id" uuid NOT NULL,
	"point_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"raw" text NOT NULL,
	"extension" text,
	"valid" boolean DEFAULT true NOT NULL,
	"is_primary" boolean DEFAULT false NOT NULL,
	"verified_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"claimed" boolean DEFAULT false NOT NULL,
	"origin_id" uuid,
	CONSTRAINT "contact_point_contact_id_point_id_pk" PRIMARY KEY("contact_id","point_id")
);
--> statement-breakpoint
CREATE TABLE "contact_point_lookup" (
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "contact_point_lookup_kind_value_contact_id_pk" PRIMARY KEY("kind","value","contact_id")
);
--> statement-breakpoint
CREATE TABLE "field_lookup" (
	"entry" text collate "C" NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "field_lookup_entry_contact_id_pk" PRIMARY KEY("entry","contact_id")
);
--> statement-breakpoint
CREATE TABLE "import_error" (
	"import_id" uuid NOT NULL,
	"row_number" integer NOT NULL,
	"code" text NOT NULL,
	"field" text,
	"detail" text NOT NULL,
	"line" integer,
	"raw" text[] NOT NULL,
	CONSTRAINT "import_error_import_id_row_number_pk" PRIMARY KEY("import_id","row_number")
);
--> statement-breakpoint
CREATE TABLE "import_job" (
	"import_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"format" text NOT NULL,
	"preset" text,
	"mapping" jsonb NOT NULL,
	"header" text[],
	"state" text NOT NULL,
	"sha256" text NOT NULL,
	"bytes_total" bigint NOT NULL,
	"bytes_read" bigint DEFAULT 0 NOT NULL,
	"rows_read" integer DEFAULT 0 NOT NULL,
	"rows_created" integer DEFAULT 0 NOT NULL,
	"rows_updated" integer DEFAULT 0 NOT NULL,
	"rows_unchanged" integer DEFAULT 0 NOT NULL,
	"rows_failed" integer DEFAULT 0 NOT NULL,
	"rows_per_s" real,
	"failure" jsonb,
	"lease_token" uuid,
	"lease_until" timestamp with time zone,
	"claims" integer DEFAULT 0 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"file_removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "saved_view" (
	"view_id" uuid PRIMARY KEY NOT NULL,
	"entity" text NOT NULL,
	"name" text NOT NULL,
	"query" jsonb NOT NULL,
	"owner_id" text NOT NULL,
	"shared" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "suppression" (
	"channel" text NOT NULL,
	"address" text NOT NULL,
	"reason" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "suppression_channel_address_pk" PRIMARY KEY("channel","address")
);
--> statement-breakpoint
CREATE TABLE "audit_log" (
	"id" uuid PRIMARY KEY NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"actor_kind" text NOT NULL,
	"actor_id" text NOT NULL,
	"actor_name" text NOT NULL,
	"action" text NOT NULL,
	"entity" text NOT NULL,
	"entity_id" text NOT NULL,
	"details" jsonb,
	"request_id" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "idempotency_key" (
	"credential" text NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"status" integer,
	"body" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "idempotency_key_credential_key_pk" PRIMARY KEY("credential","key")
);
--> statement-breakpoint
CREATE TABLE "outbox" (
	"id" uuid PRIMARY KEY NOT NULL,
	"topic" text NOT NULL,
	"payload" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"available_at" timestamp with time zone NOT NULL,
	"claimed_until" timestamp with time zone,
	"attempts" integer DEFAULT 0 NOT NULL,
	"done_at" timestamp with time zone,
	"last_error" text,
	"parked_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "setting" (
	"name" text PRIMARY KEY NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "call" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"call_id" uuid NOT NULL,
	"direction" text NOT NULL,
	"outcome" text NOT NULL,
	"duration_s" integer,
	"note" text,
	"user_id" text NOT NULL,
	"user_name" text NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "call_contact_id_occurred_at_call_id_pk" PRIMARY KEY("contact_id","occurred_at","call_id")
);
--> statement-breakpoint
CREATE TABLE "task" (
	"contact_id" uuid NOT NULL,
	"task_id" uuid NOT NULL,
	"title" text NOT NULL,
	"note" text,
	"assignee_id" text NOT NULL,
	"state" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"original_due_at" timestamp with time zone NOT NULL,
	"result" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"closed_at" timestamp with time zone,
	"origin_id" uuid,
	CONSTRAINT "task_contact_id_task_id_pk" PRIMARY KEY("contact_id","task_id")
);
--> statement-breakpoint
CREATE TABLE "category" (
	"category_id" uuid PRIMARY KEY NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"parent_id" uuid,
	"path" uuid[] NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "order_lookup" (
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"contact_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"import_id" uuid,
	"import_rows" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "order_lookup_source_external_id_pk" PRIMARY KEY("source","external_id")
);
--> statement-breakpoint
CREATE TABLE "orders" (
	"contact_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"status" text DEFAULT 'placed' NOT NULL,
	"anonymous" boolean DEFAULT false NOT NULL,
	"trust" text DEFAULT 'server' NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"currency" text NOT NULL,
	"base_rate" numeric(20, 10) DEFAULT '1' NOT NULL,
	"total_minor" bigint NOT NULL,
	"base_total_minor" bigint NOT NULL,
	"line_count" integer NOT NULL,
	"channel" text,
	"coupon_codes" text[] DEFAULT '{}' NOT NULL,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"original_order_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "orders_contact_id_order_id_pk" PRIMARY KEY("contact_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "price_list" (
	"price_list_id" uuid PRIMARY KEY NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"currency" text NOT NULL,
	"contacts" text[] NOT NULL,
	"person_categories" text[] NOT NULL,
	"tiers" text[] NOT NULL,
	"segments" text[] NOT NULL,
	"channels" text[] NOT NULL,
	"valid_from" timestamp with time zone,
	"valid_until" timestamp with time zone,
	"state" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "price_list_change" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"mark" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "price_list_entry" (
	"price_list_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"product_id" uuid,
	"category_id" uuid,
	"from_quantity" numeric(14, 3) NOT NULL,
	"unit_price" numeric(19, 6),
	"percent_off" numeric(6, 3),
	"valid_from" timestamp with time zone,
	"valid_until" timestamp with time zone,
	CONSTRAINT "price_list_entry_price_list_id_entry_id_pk" PRIMARY KEY("price_list_id","entry_id")
);
--> statement-breakpoint
CREATE TABLE "product" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"external_id" text NOT NULL,
	"name" text NOT NULL,
	"category_id" uuid,
	"price" numeric(19, 6),
	"cost" numeric(19, 6),
	"currency" text,
	"url" text,
	"image_url" text,
	"attributes" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "sale_fact" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"order_id" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"kind" text NOT NULL,
	"product_id" uuid NOT NULL,
	"description" text,
	"quantity" numeric(14, 3) NOT NULL,
	"unit_price" numeric(19, 6) NOT NULL,
	"amount" numeric(19, 6) NOT NULL,
	"base_amount" numeric(19, 6) NOT NULL,
	"cost" numeric(19, 6),
	"currency" text NOT NULL,
	"channel" text,
	"anonymous" boolean DEFAULT false NOT NULL,
	"trust" text DEFAULT 'server' NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "sale_fact_contact_id_occurred_at_order_id_ordinal_pk" PRIMARY KEY("contact_id","occurred_at","order_id","ordinal")
);
--> statement-breakpoint
CREATE TABLE "api_key" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"hash" text NOT NULL,
	"scopes" text[] NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "api_key_prefix_unique" UNIQUE("prefix")
);
--> statement-breakpoint
CREATE TABLE "app_user" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"email_verified" boolean DEFAULT false NOT NULL,
	"image" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"two_factor_enabled" boolean DEFAULT false NOT NULL,
	"role" text NOT NULL,
	"team_id" text,
	"visibility" text NOT NULL,
	"deactivated_at" timestamp with time zone,
	CONSTRAINT "app_user_email_unique" UNIQUE("email"),
	CONSTRAINT "app_user_role_check" CHECK ("app_user"."role" in ('owner', 'marketer', 'manager', 'head', 'developer')),
	CONSTRAINT "app_user_visibility_check" CHECK ("app_user"."visibility" in ('own', 'team', 'all'))
);
--> statement-breakpoint
CREATE TABLE "invitation" (
	"id" text PRIMARY KEY NOT NULL,
	"token_hash" text NOT NULL,
	"user_id" text,
	"email" text,
	"role" text NOT NULL,
	"team_id" text,
	"visibility" text NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"accepted_at" timestamp with time zone,
	"accepted_by" text,
	"revoked_at" timestamp with time zone,
	CONSTRAINT "invitation_token_hash_unique" UNIQUE("token_hash")
);
--> statement-breakpoint
CREATE TABLE "team" (
	"id" text PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"parent_id" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_account" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"account_id" text NOT NULL,
	"provider_id" text NOT NULL,
	"access_token" text,
	"refresh_token" text,
	"id_token" text,
	"access_token_expires_at" timestamp with time zone,
	"refresh_token_expires_at" timestamp with time zone,
	"scope" text,
	"password" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "user_session" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"token" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ip_address" text,
	"user_agent" text,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	CONSTRAINT "user_session_token_unique" UNIQUE("token")
);
--> statement-breakpoint
CREATE TABLE "user_two_factor" (
	"id" text PRIMARY KEY NOT NULL,
	"user_id" text NOT NULL,
	"secret" text NOT NULL,
	"backup_codes" text NOT NULL,
	"verified" boolean DEFAULT true NOT NULL,
	"failed_verification_count" integer DEFAULT 0 NOT NULL,
	"locked_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "user_verification" (
	"id" text PRIMARY KEY NOT NULL,
	"identifier" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "lead" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"known" boolean DEFAULT false NOT NULL,
	"grade" text NOT NULL,
	"fit" text NOT NULL,
	"fit_points" double precision NOT NULL,
	"engagement" double precision NOT NULL,
	"score" double precision NOT NULL,
	"last_signal_at" timestamp with time zone,
	"hot_since" timestamp with time zone,
	"computed_at" timestamp with time zone NOT NULL,
	"review_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "score_entry" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"rule_id" uuid NOT NULL,
	"rule_version" integer NOT NULL,
	"rule_name" text NOT NULL,
	"kind" text NOT NULL,
	"points" integer NOT NULL,
	"half_life_days" integer,
	"cap" integer,
	"what" text NOT NULL,
	"fact_key" text NOT NULL,
	"once_key" text,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "score_entry_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "score_guard" (
	"contact_id" uuid NOT NULL,
	"rule_id" uuid NOT NULL,
	"fact_key" text NOT NULL,
	"voided_at" timestamp with time zone,
	"origin_id" uuid,
	CONSTRAINT "score_guard_contact_id_rule_id_fact_key_pk" PRIMARY KEY("contact_id","rule_id","fact_key")
);
--> statement-breakpoint
CREATE TABLE "score_rule" (
	"rule_id" uuid PRIMARY KEY NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"rule" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment" (
	"segment_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text DEFAULT '' NOT NULL,
	"kind" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"served_version" integer,
	"state" text NOT NULL,
	"error" text,
	"built_at" timestamp with time zone,
	"build_ms" integer,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"archived_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "segment_build" (
	"segment_id" uuid PRIMARY KEY NOT NULL,
	"phase" text NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"cause" text DEFAULT 'build' NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment_dependency" (
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"segment_id" uuid NOT NULL,
	CONSTRAINT "segment_dependency_kind_key_segment_id_pk" PRIMARY KEY("kind","key","segment_id")
);
--> statement-breakpoint
CREATE TABLE "segment_member" (
	"contact_id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"value" boolean NOT NULL,
	"valid_until" timestamp with time zone,
	"since" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_member_contact_id_segment_id_pk" PRIMARY KEY("contact_id","segment_id")
);
--> statement-breakpoint
CREATE TABLE "segment_pending" (
	"contact_id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"cause" text NOT NULL,
	"cause_id" text,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_pending_contact_id_segment_id_pk" PRIMARY KEY("contact_id","segment_id")
);
--> statement-breakpoint
CREATE TABLE "segment_size" (
	"segment_id" uuid PRIMARY KEY NOT NULL,
	"members" bigint NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment_size_change" (
	"id" uuid PRIMARY KEY NOT NULL,
	"segment_id" uuid NOT NULL,
	"change" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "segment_transition" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"segment_id" uuid NOT NULL,
	"direction" text NOT NULL,
	"cause" text NOT NULL,
	"cause_id" text,
	"version" integer NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "segment_transition_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "segment_version" (
	"segment_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"rule" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_version_segment_id_version_pk" PRIMARY KEY("segment_id","version")
);
--> statement-breakpoint
CREATE TABLE "dead_letter" (
	"id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"trust" text NOT NULL,
	"message_id" text,
	"reason" text NOT NULL,
	"raw" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"source_id" uuid NOT NULL,
	"message_id" text,
	"type" text NOT NULL,
	"name" text NOT NULL,
	"trust" text NOT NULL,
	"bot" boolean DEFAULT false NOT NULL,
	"properties" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"context" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "event_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "event_seen" (
	"key" uuid PRIMARY KEY NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source" (
	"source_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"write_key" text NOT NULL,
	"secret" text DEFAULT replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '') NOT NULL,
	"origins" text[] DEFAULT '{}' NOT NULL,
	"consent_default" text DEFAULT 'granted' NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_minute" (
	"source_id" uuid NOT NULL,
	"minute" timestamp with time zone NOT NULL,
	"writer" uuid NOT NULL,
	"accepted" integer NOT NULL,
	"duplicate" integer NOT NULL,
	"rejected" integer NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	CONSTRAINT "source_minute_source_id_minute_writer_pk" PRIMARY KEY("source_id","minute","writer")
);
--> statement-breakpoint
CREATE TABLE "visitor_lookup" (
	"anonymous_id" text PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "provider_event" (
	"provider" text NOT NULL,
	"provider_event_id" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"kind" text,
	"message_id" uuid,
	"attempt" smallint,
	"address" text,
	"reason" text,
	"raw" text,
	CONSTRAINT "provider_event_provider_provider_event_id_pk" PRIMARY KEY("provider","provider_event_id")
);
--> statement-breakpoint
CREATE TABLE "campaign_approval" (
	"approval_id" uuid PRIMARY KEY NOT NULL,
	"campaign_id" uuid NOT NULL,
	"campaign_version" integer NOT NULL,
	"state" text NOT NULL,
	"audience" integer NOT NULL,
	"findings" jsonb NOT NULL,
	"note" text,
	"asked_by" text NOT NULL,
	"asked_by_name" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"decided_by_name" text,
	"decided_at" timestamp with time zone,
	"decision" text
);
--> statement-breakpoint
CREATE TABLE "journey" (
	"journey_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"state" text DEFAULT 'draft' NOT NULL,
	"draft" jsonb NOT NULL,
	"revision" integer DEFAULT 1 NOT NULL,
	"published_revision" integer,
	"version" integer,
	"entry_kind" text,
	"entry_key" text,
	"fill_segment_id" uuid,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"published_at" timestamp with time zone,
	"stopped_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "journey_given" (
	"journey_id" uuid NOT NULL,
	"node_id" text NOT NULL,
	"given" bigint NOT NULL,
	CONSTRAINT "journey_given_journey_id_node_id_pk" PRIMARY KEY("journey_id","node_id")
);
--> statement-breakpoint
CREATE TABLE "journey_person" (
	"contact_id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"journey_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"state" text NOT NULL,
	"node_id" text NOT NULL,
	"visit" smallint DEFAULT 1 NOT NULL,
	"visits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"arrived_at" timestamp with time zone NOT NULL,
	"wake_at" timestamp with time zone,
	"until_at" timestamp with time zone,
	"waiting_for" text,
	"entered_at" timestamp with time zone NOT NULL,
	"entered_by" text NOT NULL,
	"cause" text,
	"left_at" timestamp with time zone,
	"reason" text,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "journey_person_contact_id_entry_id_pk" PRIMARY KEY("contact_id","entry_id")
);
--> statement-breakpoint
CREATE TABLE "journey_version" (
	"journey_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"messages" jsonb NOT NULL,
	"watches" text[] NOT NULL,
	"wakes" text[] NOT NULL,
	"published_by" text NOT NULL,
	"published_at" timestamp with time zone NOT NULL,
	CONSTRAINT "journey_version_journey_id_version_pk" PRIMARY KEY("journey_id","version")
);
--> statement-breakpoint
CREATE TABLE "journey_visit" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"entry_id" uuid NOT NULL,
	"journey_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"node_id" text NOT NULL,
	"visit" smallint NOT NULL,
	"step" integer NOT NULL,
	"arrived_at" timestamp with time zone NOT NULL,
	"exit" text,
	"reason" text NOT NULL,
	"detail" jsonb,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "journey_visit_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "optin_request" (
	"contact_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"address" text NOT NULL,
	"purposes" jsonb NOT NULL,
	"title" text NOT NULL,
	"wording" text NOT NULL,
	"source" text NOT NULL,
	"locale" text,
	"proof" jsonb NOT NULL,
	"asked_by" text NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "optin_request_contact_id_id_pk" PRIMARY KEY("contact_id","id")
);
--> statement-breakpoint
CREATE TABLE "pace_domain" (
	"domain" text PRIMARY KEY NOT NULL,
	"tokens" double precision DEFAULT 0 NOT NULL,
	"filled_at" timestamp with time zone NOT NULL,
	"granted" integer DEFAULT 0 NOT NULL,
	"next_slot" timestamp with time zone NOT NULL,
	"rate_cap" double precision,
	"slowed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "pace_provider" (
	"provider" text PRIMARY KEY NOT NULL,
	"tokens" double precision DEFAULT 0 NOT NULL,
	"filled_at" timestamp with time zone NOT NULL,
	"granted" integer DEFAULT 0 NOT NULL,
	"blocked_until" timestamp with time zone,
	"rate_cap" double precision,
	"slowed_at" timestamp with time zone,
	"state" text DEFAULT 'closed' NOT NULL,
	"streak" integer DEFAULT 0 NOT NULL,
	"total" integer DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"window_at" timestamp with time zone NOT NULL,
	"until" timestamp with time zone,
	"trips" integer DEFAULT 0 NOT NULL,
	"reason" text,
	"changed_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "send_decision" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"id" uuid NOT NULL,
	"message_id" uuid NOT NULL,
	"campaign_id" uuid NOT NULL,
	"planned_at" timestamp with time zone NOT NULL,
	"attempt" smallint NOT NULL,
	"channel" text NOT NULL,
	"purpose" text NOT NULL,
	"decision" text NOT NULL,
	"reason" text,
	"until" timestamp with time zone,
	"facts" jsonb,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "send_decision_contact_id_occurred_at_id_pk" PRIMARY KEY("contact_id","occurred_at","id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "send_pause" (
	"contact_id" uuid NOT NULL,
	"id" uuid NOT NULL,
	"until" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "send_pause_contact_id_id_pk" PRIMARY KEY("contact_id","id")
);
--> statement-breakpoint
CREATE TABLE "product_neighbour" (
	"product_id" uuid NOT NULL,
	"other_id" uuid NOT NULL,
	"together" integer NOT NULL,
	"ratio" double precision NOT NULL,
	"weight" double precision NOT NULL,
	CONSTRAINT "product_neighbour_product_id_other_id_pk" PRIMARY KEY("product_id","other_id")
);
--> statement-breakpoint
CREATE TABLE "product_popularity" (
	"product_id" uuid PRIMARY KEY NOT NULL,
	"category_id" uuid,
	"buyers" integer NOT NULL,
	"recent_buyers" integer NOT NULL,
	"place" integer NOT NULL,
	"place_in_category" smallint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "recommend_build" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"built_at" timestamp with time zone NOT NULL,
	"took_ms" integer NOT NULL,
	"contacts" integer NOT NULL,
	"products" integer NOT NULL,
	"pairs" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity_edge" (
	"node_id" uuid NOT NULL,
	"edge_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"strength" text NOT NULL,
	"source" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"removed_at" timestamp with time zone,
	"removed_by" text,
	"removed_reason" text,
	CONSTRAINT "identity_edge_node_id_edge_id_pk" PRIMARY KEY("node_id","edge_id")
);
--> statement-breakpoint
CREATE TABLE "identity_merge" (
	"merge_id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"from_id" uuid NOT NULL,
	"to_id" uuid NOT NULL,
	"nodes" uuid[] NOT NULL,
	"reason" text NOT NULL,
	"actor_name" text NOT NULL,
	"made_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity_parked" (
	"contact_id" uuid NOT NULL,
	"parked_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	"table_name" text NOT NULL,
	"row" jsonb NOT NULL,
	CONSTRAINT "identity_parked_contact_id_parked_id_pk" PRIMARY KEY("contact_id","parked_id")
);
--> statement-breakpoint
CREATE TABLE "identity_repeat" (
	"node_id" uuid PRIMARY KEY NOT NULL,
	"said" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "identity_review" (
	"review_id" uuid PRIMARY KEY NOT NULL,
	"node_a" uuid NOT NULL,
	"node_b" uuid NOT NULL,
	"reason" text NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"decided_by" text
);
--> statement-breakpoint
CREATE TABLE "accrual" (
	"contact_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"source" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"earned" bigint NOT NULL,
	"kept" bigint NOT NULL,
	"rules" jsonb NOT NULL,
	"facts" jsonb NOT NULL,
	"settled_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "accrual_contact_id_program_id_source_pk" PRIMARY KEY("contact_id","program_id","source")
);
--> statement-breakpoint
CREATE TABLE "accrual_backtest" (
	"backtest_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"version" integer,
	"definition" jsonb NOT NULL,
	"options" jsonb NOT NULL,
	"state" text NOT NULL,
	"orders_done" integer DEFAULT 0 NOT NULL,
	"orders_total" integer DEFAULT 0 NOT NULL,
	"lease" uuid,
	"lease_until" timestamp with time zone,
	"result" jsonb,
	"error" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "accrual_rule" (
	"rule_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"launched_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "accrual_rule_version" (
	"rule_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"saved_by" text NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	CONSTRAINT "accrual_rule_version_rule_id_version_pk" PRIMARY KEY("rule_id","version")
);
--> statement-breakpoint
CREATE TABLE "challenge" (
	"challenge_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"counts" jsonb NOT NULL,
	"target" integer NOT NULL,
	"points" bigint NOT NULL,
	"starts_at" timestamp with time zone NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "challenge_action" (
	"contact_id" uuid NOT NULL,
	"challenge_id" uuid NOT NULL,
	"source" text NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "challenge_action_contact_id_challenge_id_source_pk" PRIMARY KEY("contact_id","challenge_id","source")
);
--> statement-breakpoint
CREATE TABLE "referral" (
	"contact_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"referrer_id" uuid,
	"anonymous_id" text,
	"state" text NOT NULL,
	"reason" text,
	"referred_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "referral_contact_id_program_id_pk" PRIMARY KEY("contact_id","program_id")
);
--> statement-breakpoint
CREATE TABLE "referral_code" (
	"code" text PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "referral_program" (
	"program_id" uuid PRIMARY KEY NOT NULL,
	"terms" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "coupon" (
	"contact_id" uuid NOT NULL,
	"coupon_id" uuid NOT NULL,
	"coupon_campaign_id" uuid NOT NULL,
	"source_id" uuid,
	"batch_id" uuid,
	"send_key" text,
	"code" text NOT NULL,
	"state" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"max_uses" integer DEFAULT 1,
	"taken" integer DEFAULT 0 NOT NULL,
	"uses" integer DEFAULT 0 NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"used_at" timestamp with time zone,
	"order_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "coupon_contact_id_coupon_id_pk" PRIMARY KEY("contact_id","coupon_id")
);
--> statement-breakpoint
CREATE TABLE "coupon_batch" (
	"batch_id" uuid PRIMARY KEY NOT NULL,
	"coupon_campaign_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"wanted" integer NOT NULL,
	"done" integer DEFAULT 0 NOT NULL,
	"settings" jsonb NOT NULL,
	"position" text,
	"problem" text,
	"lease_token" uuid,
	"lease_until" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "coupon_buyer" (
	"contact_id" uuid NOT NULL,
	"coupon_campaign_id" uuid NOT NULL,
	CONSTRAINT "coupon_buyer_contact_id_coupon_campaign_id_pk" PRIMARY KEY("contact_id","coupon_campaign_id")
);
--> statement-breakpoint
CREATE TABLE "coupon_campaign" (
	"coupon_campaign_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"code_kind" text DEFAULT 'unique' NOT NULL,
	"pattern" text NOT NULL,
	"currency" text NOT NULL,
	"personal" boolean DEFAULT true NOT NULL,
	"uses_per_code" integer DEFAULT 1,
	"valid_from" timestamp with time zone,
	"valid_until" timestamp with time zone,
	"valid_days" integer,
	"limits" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"budget_minor" bigint,
	"on_return" text DEFAULT 'keep' NOT NULL,
	"time_zone" text NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "coupon_campaign_version" (
	"coupon_campaign_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"kind" text NOT NULL,
	"percent" numeric(6, 3),
	"amount_minor" bigint,
	"min_order_minor" bigint DEFAULT 0 NOT NULL,
	"offer" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "coupon_campaign_version_coupon_campaign_id_version_pk" PRIMARY KEY("coupon_campaign_id","version")
);
--> statement-breakpoint
CREATE TABLE "coupon_code" (
	"code" text PRIMARY KEY NOT NULL,
	"contact_id" uuid NOT NULL,
	"coupon_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "coupon_meter" (
	"coupon_campaign_id" uuid NOT NULL,
	"stripe" smallint NOT NULL,
	"total_used" bigint DEFAULT 0 NOT NULL,
	"total_cap" bigint,
	"budget_used" bigint DEFAULT 0 NOT NULL,
	"budget_cap" bigint,
	"period" text DEFAULT '' NOT NULL,
	"period_used" bigint DEFAULT 0 NOT NULL,
	"period_cap" bigint,
	"period_share" bigint,
	CONSTRAINT "coupon_meter_coupon_campaign_id_stripe_pk" PRIMARY KEY("coupon_campaign_id","stripe")
);
--> statement-breakpoint
CREATE TABLE "coupon_reservation" (
	"contact_id" uuid NOT NULL,
	"coupon_campaign_id" uuid NOT NULL,
	"order_key" text NOT NULL,
	"version" integer NOT NULL,
	"coupon_id" uuid,
	"code" text NOT NULL,
	"state" text NOT NULL,
	"desired_minor" bigint NOT NULL,
	"actual_minor" bigint NOT NULL,
	"period" text DEFAULT '' NOT NULL,
	"reserved_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"order_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "coupon_reservation_contact_id_coupon_campaign_id_order_key_pk" PRIMARY KEY("contact_id","coupon_campaign_id","order_key")
);
--> statement-breakpoint
CREATE TABLE "coupon_tally" (
	"coupon_campaign_id" uuid NOT NULL,
	"tally_id" uuid NOT NULL,
	"source_id" uuid,
	"state" text NOT NULL,
	"n" bigint NOT NULL,
	CONSTRAINT "coupon_tally_coupon_campaign_id_tally_id_pk" PRIMARY KEY("coupon_campaign_id","tally_id")
);
--> statement-breakpoint
CREATE TABLE "coupon_use" (
	"contact_id" uuid NOT NULL,
	"coupon_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"outcome" text NOT NULL,
	"reason" text,
	"order_contact_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "coupon_use_contact_id_coupon_id_order_id_pk" PRIMARY KEY("contact_id","coupon_id","order_id")
);
--> statement-breakpoint
CREATE TABLE "adjustment_request" (
	"contact_id" uuid NOT NULL,
	"request_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"key" text NOT NULL,
	"to_contact_id" uuid,
	"to_origin_id" uuid,
	"entry_id" uuid,
	"entry_at" timestamp with time zone,
	"points" bigint NOT NULL,
	"reason" text NOT NULL,
	"state" text NOT NULL,
	"why" text,
	"author_id" text NOT NULL,
	"author_name" text NOT NULL,
	"approver_id" text,
	"approver_name" text,
	"created_at" timestamp with time zone NOT NULL,
	"decided_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "adjustment_request_contact_id_request_id_pk" PRIMARY KEY("contact_id","request_id")
);
--> statement-breakpoint
CREATE TABLE "family_member" (
	"contact_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"owner_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"monthly_cap" bigint,
	"spent" bigint DEFAULT 0 NOT NULL,
	"spent_month" text DEFAULT '' NOT NULL,
	"joined_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "family_member_contact_id_program_id_origin_id_pk" PRIMARY KEY("contact_id","program_id","origin_id")
);
--> statement-breakpoint
CREATE TABLE "ledger_check" (
	"check_id" uuid PRIMARY KEY NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"finished_at" timestamp with time zone,
	"wallets" integer DEFAULT 0 NOT NULL,
	"entries" bigint DEFAULT 0 NOT NULL,
	"faults" integer DEFAULT 0 NOT NULL,
	"samples" jsonb DEFAULT '[]'::jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_day" (
	"program_id" uuid NOT NULL,
	"day" date NOT NULL,
	"account" text NOT NULL,
	"points" bigint NOT NULL,
	CONSTRAINT "ledger_day_program_id_day_account_pk" PRIMARY KEY("program_id","day","account")
);
--> statement-breakpoint
CREATE TABLE "ledger_entry" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"entry_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"program_version" integer NOT NULL,
	"seq" integer NOT NULL,
	"hash" text NOT NULL,
	"kind" text NOT NULL,
	"key" text,
	"ref" text,
	"reason" text,
	"points" bigint NOT NULL,
	"actor_id" text NOT NULL,
	"relates_to" uuid,
	"by_contact_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "ledger_entry_contact_id_occurred_at_entry_id_pk" PRIMARY KEY("contact_id","occurred_at","entry_id")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "ledger_key" (
	"contact_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"key" text NOT NULL,
	"input_hash" text NOT NULL,
	"result" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "ledger_key_contact_id_wallet_id_key_pk" PRIMARY KEY("contact_id","wallet_id","key")
);
--> statement-breakpoint
CREATE TABLE "ledger_night" (
	"program_id" uuid PRIMARY KEY NOT NULL,
	"day" date NOT NULL,
	"step" text NOT NULL,
	"summed_until" date NOT NULL,
	"summed_before" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "ledger_posting" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"entry_id" uuid NOT NULL,
	"no" integer NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"account" text NOT NULL,
	"lot_id" uuid,
	"hold_id" uuid,
	"points" bigint NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "ledger_posting_contact_id_occurred_at_entry_id_no_pk" PRIMARY KEY("contact_id","occurred_at","entry_id","no")
) PARTITION BY RANGE ("occurred_at");
--> statement-breakpoint
CREATE TABLE "lot" (
	"contact_id" uuid NOT NULL,
	"lot_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"source" text NOT NULL,
	"earned" bigint NOT NULL,
	"reduced" bigint DEFAULT 0 NOT NULL,
	"pending" bigint DEFAULT 0 NOT NULL,
	"remaining" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"lapsed" bigint DEFAULT 0 NOT NULL,
	"live" boolean NOT NULL,
	"waits_for" text,
	"activates_at" timestamp with time zone,
	"expires_at" timestamp with time zone,
	"fixed_expiry" boolean DEFAULT false NOT NULL,
	"earned_at" timestamp with time zone NOT NULL,
	"by_contact_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "lot_contact_id_lot_id_pk" PRIMARY KEY("contact_id","lot_id")
);
--> statement-breakpoint
CREATE TABLE "point_hold" (
	"contact_id" uuid NOT NULL,
	"hold_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"key" text NOT NULL,
	"ref" text,
	"points" bigint NOT NULL,
	"parts" jsonb NOT NULL,
	"state" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"by_contact_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "point_hold_contact_id_hold_id_pk" PRIMARY KEY("contact_id","hold_id")
);
--> statement-breakpoint
CREATE TABLE "point_spend" (
	"contact_id" uuid NOT NULL,
	"spend_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"key" text NOT NULL,
	"ref" text,
	"points" bigint NOT NULL,
	"returned" bigint DEFAULT 0 NOT NULL,
	"parts" jsonb NOT NULL,
	"entry_id" uuid NOT NULL,
	"spent_at" timestamp with time zone NOT NULL,
	"by_contact_id" uuid,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "point_spend_contact_id_spend_id_pk" PRIMARY KEY("contact_id","spend_id")
);
--> statement-breakpoint
CREATE TABLE "wallet" (
	"contact_id" uuid NOT NULL,
	"wallet_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"state" text DEFAULT 'open' NOT NULL,
	"version" integer DEFAULT 0 NOT NULL,
	"seq" integer DEFAULT 0 NOT NULL,
	"last_hash" text DEFAULT '' NOT NULL,
	"pending" bigint DEFAULT 0 NOT NULL,
	"available" bigint DEFAULT 0 NOT NULL,
	"held" bigint DEFAULT 0 NOT NULL,
	"debt" bigint DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone,
	"family_owner_id" uuid,
	"family_wallet_id" uuid,
	"forgiven" jsonb DEFAULT '[]' NOT NULL,
	"moved_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "wallet_contact_id_wallet_id_pk" PRIMARY KEY("contact_id","wallet_id")
);
--> statement-breakpoint
CREATE TABLE "offer_change" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"mark" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "offer_contact_counter" (
	"contact_id" uuid NOT NULL,
	"offer_id" text NOT NULL,
	"slot" text NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "offer_contact_counter_contact_id_offer_id_slot_pk" PRIMARY KEY("contact_id","offer_id","slot")
);
--> statement-breakpoint
CREATE TABLE "offer_counter" (
	"offer_id" text NOT NULL,
	"slot" text NOT NULL,
	"uses" bigint DEFAULT 0 NOT NULL,
	"spent_minor" bigint DEFAULT 0 NOT NULL,
	"points" bigint DEFAULT 0 NOT NULL,
	CONSTRAINT "offer_counter_offer_id_slot_pk" PRIMARY KEY("offer_id","slot")
);
--> statement-breakpoint
CREATE TABLE "offer_use" (
	"contact_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"offer_id" text NOT NULL,
	"version" integer NOT NULL,
	"state" text NOT NULL,
	"desired_minor" bigint NOT NULL,
	"actual_minor" bigint NOT NULL,
	"points" bigint NOT NULL,
	"currency" text NOT NULL,
	"code" text,
	"slots" text[] NOT NULL,
	"contact_slots" text[] NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "offer_use_contact_id_order_id_offer_id_pk" PRIMARY KEY("contact_id","order_id","offer_id")
);
--> statement-breakpoint
CREATE TABLE "promotion" (
	"promotion_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"stage" text NOT NULL,
	"type" text NOT NULL,
	"starts_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"state" text DEFAULT 'draft' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"launched_at" timestamp with time zone,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "promotion_backtest" (
	"backtest_id" uuid PRIMARY KEY NOT NULL,
	"promotion_id" uuid NOT NULL,
	"version" integer,
	"definition" jsonb NOT NULL,
	"options" jsonb NOT NULL,
	"state" text NOT NULL,
	"orders_done" integer DEFAULT 0 NOT NULL,
	"orders_total" integer DEFAULT 0 NOT NULL,
	"lease" uuid,
	"lease_until" timestamp with time zone,
	"result" jsonb,
	"error" text,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "promotion_version" (
	"promotion_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"frozen_at" timestamp with time zone,
	"saved_by" text NOT NULL,
	"saved_at" timestamp with time zone NOT NULL,
	CONSTRAINT "promotion_version_promotion_id_version_pk" PRIMARY KEY("promotion_id","version")
);
--> statement-breakpoint
CREATE TABLE "loyalty_member" (
	"contact_id" uuid NOT NULL,
	"member_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"card_number" text NOT NULL,
	"terms_version" text NOT NULL,
	"channel" text NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"enrolled_at" timestamp with time zone NOT NULL,
	"left_at" timestamp with time zone,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "loyalty_member_contact_id_member_id_pk" PRIMARY KEY("contact_id","member_id")
);
--> statement-breakpoint
CREATE TABLE "loyalty_program" (
	"program_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"currency" text NOT NULL,
	"zone" text NOT NULL,
	"state" text DEFAULT 'active' NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"settings" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "loyalty_program_version" (
	"program_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"name" text NOT NULL,
	"settings" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "loyalty_program_version_program_id_version_pk" PRIMARY KEY("program_id","version")
);
--> statement-breakpoint
CREATE TABLE "member_card" (
	"card_number" text PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"member_id" uuid NOT NULL
);
--> statement-breakpoint
CREATE TABLE "member_code" (
	"code_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	"code_hash" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by" text
);
--> statement-breakpoint
CREATE TABLE "receipt_claim" (
	"program_id" uuid NOT NULL,
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"contact_id" uuid NOT NULL,
	"order_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"claimed_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "receipt_claim_program_id_source_external_id_pk" PRIMARY KEY("program_id","source","external_id")
);
--> statement-breakpoint
CREATE TABLE "reward" (
	"reward_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"state" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"definition" jsonb NOT NULL,
	"stock" integer,
	"taken" integer DEFAULT 0 NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "reward_redemption" (
	"contact_id" uuid NOT NULL,
	"redemption_id" uuid NOT NULL,
	"reward_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"key" text NOT NULL,
	"reward_version" integer NOT NULL,
	"name" jsonb NOT NULL,
	"kind" text NOT NULL,
	"points" bigint NOT NULL,
	"code" text,
	"product_id" uuid,
	"state" text NOT NULL,
	"redeemed_at" timestamp with time zone NOT NULL,
	"settled_at" timestamp with time zone,
	"settled_by" text,
	"reason" text,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "reward_redemption_contact_id_redemption_id_pk" PRIMARY KEY("contact_id","redemption_id")
);
--> statement-breakpoint
CREATE TABLE "sale" (
	"contact_id" uuid NOT NULL,
	"sale_id" uuid NOT NULL,
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"program_id" uuid,
	"state" text NOT NULL,
	"input_hash" text NOT NULL,
	"request" jsonb NOT NULL,
	"priced" jsonb NOT NULL,
	"trace" jsonb NOT NULL,
	"fingerprint" text NOT NULL,
	"currency" text NOT NULL,
	"total_minor" bigint NOT NULL,
	"points" bigint NOT NULL,
	"bonus_points" bigint NOT NULL,
	"hold_key" text,
	"refunded_minor" bigint DEFAULT 0 NOT NULL,
	"returned" jsonb DEFAULT '{}' NOT NULL,
	"reserved_until" timestamp with time zone,
	"order_id" uuid,
	"occurred_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "sale_contact_id_sale_id_pk" PRIMARY KEY("contact_id","sale_id")
);
--> statement-breakpoint
CREATE TABLE "sale_lookup" (
	"source" text NOT NULL,
	"external_id" text NOT NULL,
	"sale_id" uuid NOT NULL,
	"contact_id" uuid NOT NULL,
	CONSTRAINT "sale_lookup_source_external_id_pk" PRIMARY KEY("source","external_id")
);
--> statement-breakpoint
CREATE TABLE "sale_return" (
	"contact_id" uuid NOT NULL,
	"sale_id" uuid NOT NULL,
	"number" text NOT NULL,
	"input_hash" text NOT NULL,
	"worth" jsonb NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "sale_return_contact_id_sale_id_number_pk" PRIMARY KEY("contact_id","sale_id","number")
);
--> statement-breakpoint
CREATE TABLE "accumulative_discount" (
	"discount_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"program_id" uuid,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"terms" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_category" (
	"category_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"review" text NOT NULL,
	"proof_required" boolean NOT NULL,
	"max_term_days" integer,
	"discount_percent" text,
	"tier_id" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "person_category_assignment" (
	"contact_id" uuid NOT NULL,
	"assignment_id" uuid NOT NULL,
	"category_id" uuid NOT NULL,
	"proof" text DEFAULT '' NOT NULL,
	"proof_ref" text,
	"state" text NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"requested_by" text NOT NULL,
	"requested_name" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"decided_by" text,
	"decided_name" text,
	"decided_at" timestamp with time zone,
	"reason" text DEFAULT '' NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "person_category_assignment_contact_id_assignment_id_pk" PRIMARY KEY("contact_id","assignment_id")
);
--> statement-breakpoint
CREATE TABLE "personal_discount" (
	"contact_id" uuid NOT NULL,
	"discount_id" uuid NOT NULL,
	"percent" text NOT NULL,
	"note" text DEFAULT '' NOT NULL,
	"state" text NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"valid_until" timestamp with time zone,
	"requested_by" text NOT NULL,
	"requested_name" text NOT NULL,
	"requested_at" timestamp with time zone NOT NULL,
	"decided_by" text,
	"decided_name" text,
	"decided_at" timestamp with time zone,
	"reason" text DEFAULT '' NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "personal_discount_contact_id_discount_id_pk" PRIMARY KEY("contact_id","discount_id")
);
--> statement-breakpoint
CREATE TABLE "tier_ladder" (
	"ladder_id" uuid PRIMARY KEY NOT NULL,
	"program_id" uuid NOT NULL,
	"name" text NOT NULL,
	"state" text NOT NULL,
	"version" integer NOT NULL,
	"build_after" uuid,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "tier_ladder_version" (
	"ladder_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"rules" jsonb NOT NULL,
	"changed_by" text NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "tier_ladder_version_ladder_id_version_pk" PRIMARY KEY("ladder_id","version")
);
--> statement-breakpoint
CREATE TABLE "tier_standing" (
	"contact_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"ladder_id" uuid NOT NULL,
	"ladder_version" integer NOT NULL,
	"tier_id" uuid,
	"since" timestamp with time zone NOT NULL,
	"earned_id" uuid,
	"grace_until" timestamp with time zone,
	"basis" bigint NOT NULL,
	"missing" bigint,
	"reviewed_at" timestamp with time zone NOT NULL,
	"next_review_at" timestamp with time zone,
	"rebuild" boolean DEFAULT false NOT NULL,
	CONSTRAINT "tier_standing_contact_id_program_id_pk" PRIMARY KEY("contact_id","program_id")
);
--> statement-breakpoint
CREATE TABLE "tier_transition" (
	"contact_id" uuid NOT NULL,
	"occurred_at" timestamp with time zone NOT NULL,
	"transition_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"ladder_id" uuid NOT NULL,
	"ladder_version" integer NOT NULL,
	"from_tier_id" uuid,
	"to_tier_id" uuid,
	"direction" text NOT NULL,
	"cause" text NOT NULL,
	"basis" bigint NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "tier_transition_contact_id_occurred_at_transition_id_pk" PRIMARY KEY("contact_id","occurred_at","transition_id")
);
--> statement-breakpoint
CREATE TABLE "wallet_link_epoch" (
	"contact_id" uuid NOT NULL,
	"program_id" uuid NOT NULL,
	"valid_from" timestamp with time zone NOT NULL,
	"origin_id" uuid NOT NULL,
	CONSTRAINT "wallet_link_epoch_contact_id_program_id_origin_id_pk" PRIMARY KEY("contact_id","program_id","origin_id")
);
--> statement-breakpoint
CREATE TABLE "contact_rfm" (
	"contact_id" uuid NOT NULL,
	"recency" smallint NOT NULL,
	"frequency" smallint NOT NULL,
	"money" smallint NOT NULL,
	"cell" text NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"orders" integer NOT NULL,
	"revenue" numeric(21, 6) NOT NULL,
	"changed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "contact_rfm_contact_id_pk" PRIMARY KEY("contact_id")
);
--> statement-breakpoint
CREATE TABLE "rfm_state" (
	"id" smallint PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"computed_at" timestamp with time zone,
	"contacts" integer DEFAULT 0 NOT NULL,
	"took_ms" integer
);
--> statement-breakpoint
CREATE TABLE "contact_trait" (
	"contact_id" uuid NOT NULL,
	"key" text NOT NULL,
	"text_value" text,
	"number_value" bigint,
	"date_value" timestamp with time zone,
	"facts" integer NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone,
	CONSTRAINT "contact_trait_contact_id_key_pk" PRIMARY KEY("contact_id","key")
);
--> statement-breakpoint
CREATE TABLE "contact_trait_due" (
	"contact_id" uuid PRIMARY KEY NOT NULL,
	"parts" integer NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "session" (
	"contact_id" uuid NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"visit_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	"ended_at" timestamp with time zone NOT NULL,
	"last_event_id" uuid NOT NULL,
	"events" integer NOT NULL,
	"pages" integer NOT NULL,
	"active_ms" integer NOT NULL,
	"product_views" integer NOT NULL,
	"category_views" integer NOT NULL,
	"price_views" integer NOT NULL,
	"entry_page" text,
	"referrer" text,
	"source" text,
	"medium" text,
	"campaign" text,
	"term" text,
	"content" text,
	"campaign_key" text,
	"channel" text NOT NULL,
	"device" text,
	"browser" text,
	"os" text,
	"converted" boolean DEFAULT false NOT NULL,
	CONSTRAINT "session_contact_id_started_at_visit_id_pk" PRIMARY KEY("contact_id","started_at","visit_id")
);
--> statement-breakpoint
CREATE TABLE "cart" (
	"contact_id" uuid NOT NULL,
	"cart_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	"state" text NOT NULL,
	"number" text,
	"opened_at" timestamp with time zone NOT NULL,
	"last_at" timestamp with time zone NOT NULL,
	"order_number" text,
	"ordered_at" timestamp with time zone,
	"checkout_at" timestamp with time zone,
	"checkout_step" smallint,
	"coupons" jsonb NOT NULL,
	"currency" text,
	"lines" jsonb NOT NULL,
	CONSTRAINT "cart_contact_id_cart_id_pk" PRIMARY KEY("contact_id","cart_id")
);
--> statement-breakpoint
CREATE TABLE "cart_node" (
	"contact_id" uuid NOT NULL,
	"origin_id" uuid NOT NULL,
	"source_id" uuid NOT NULL,
	CONSTRAINT "cart_node_contact_id_origin_id_source_id_pk" PRIMARY KEY("contact_id","origin_id","source_id")
);
--> statement-breakpoint
CREATE TABLE "interest" (
	"contact_id" uuid NOT NULL,
	"kind" text NOT NULL,
	"key" text NOT NULL,
	"origin_id" uuid NOT NULL,
	"viewed" integer NOT NULL,
	"clicked" integer NOT NULL,
	"added" integer NOT NULL,
	"removed" integer NOT NULL,
	"wished" integer NOT NULL,
	"unwished" integer NOT NULL,
	"viewed_at" timestamp with time zone,
	"clicked_at" timestamp with time zone,
	"added_at" timestamp with time zone,
	"removed_at" timestamp with time zone,
	"wished_at" timestamp with time zone,
	"unwished_at" timestamp with time zone,
	"last_at" timestamp with time zone NOT NULL,
	"details" jsonb NOT NULL,
	"details_at" timestamp with time zone NOT NULL,
	"details_key" text NOT NULL,
	CONSTRAINT "interest_contact_id_kind_key_origin_id_pk" PRIMARY KEY("contact_id","kind","key","origin_id")
);
--> statement-breakpoint
CREATE TABLE "day_salt" (
	"day" text PRIMARY KEY NOT NULL,
	"salt" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "form" (
	"form_id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"source_id" uuid NOT NULL,
	"live" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "form_submission" (
	"form_id" uuid NOT NULL,
	"submission_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"locale" text NOT NULL,
	"shown" text NOT NULL,
	"state" text NOT NULL,
	"spam_reason" text,
	"flags" text[] DEFAULT '{}' NOT NULL,
	"values" jsonb NOT NULL,
	"consents" jsonb NOT NULL,
	"email" text,
	"anonymous_id" text NOT NULL,
	"node_id" uuid,
	"ip" text NOT NULL,
	"user_agent" text NOT NULL,
	"page" text DEFAULT '' NOT NULL,
	"submitted_at" timestamp with time zone NOT NULL,
	"confirmed_at" timestamp with time zone,
	"reviewed_by" text,
	CONSTRAINT "form_submission_form_id_submission_id_pk" PRIMARY KEY("form_id","submission_id")
);
--> statement-breakpoint
CREATE TABLE "form_version" (
	"form_id" uuid NOT NULL,
	"version" integer NOT NULL,
	"definition" jsonb NOT NULL,
	"created_by" text NOT NULL,
	"created_at" timestamp with time zone NOT NULL,
	CONSTRAINT "form_version_form_id_version_pk" PRIMARY KEY("form_id","version")
);
--> statement-breakpoint
CREATE TABLE "form_view" (
	"form_id" uuid NOT NULL,
	"day" date NOT NULL,
	"views" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "form_view_form_id_day_pk" PRIMARY KEY("form_id","day")
);
--> statement-breakpoint
CREATE TABLE "onsite_forgotten" (
	"message_id" uuid NOT NULL,
	"name" text NOT NULL,
	"events" integer NOT NULL,
	CONSTRAINT "onsite_forgotten_message_id_name_pk" PRIMARY KEY("message_id","name")
);
--> statement-breakpoint
CREATE TABLE "onsite_message" (
	"message_id" uuid PRIMARY KEY NOT NULL,
	"source_id" uuid,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"body" text NOT NULL,
	"link_text" text,
	"link_url" text,
	"slot" text,
	"page_pattern" text NOT NULL,
	"trigger" jsonb NOT NULL,
	"priority" integer NOT NULL,
	"cap" integer NOT NULL,
	"enabled" boolean NOT NULL,
	"segment_id" uuid,
	"control" integer NOT NULL,
	"starts_at" timestamp with time zone,
	"ends_at" timestamp with time zone,
	"created_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "visitors_forgotten" (
	"source_id" uuid NOT NULL,
	"day" date NOT NULL,
	"kind" text NOT NULL,
	"visitors" integer NOT NULL,
	"events" integer NOT NULL,
	"pages" integer NOT NULL,
	CONSTRAINT "visitors_forgotten_source_id_day_kind_pk" PRIMARY KEY("source_id","day","kind")
);
--> statement-breakpoint
CREATE TABLE "snippet_release" (
	"version" text PRIMARY KEY NOT NULL,
	"files" jsonb NOT NULL,
	"created_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
ALTER TABLE "app_user" ADD CONSTRAINT "app_user_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "invitation" ADD CONSTRAINT "invitation_team_id_team_id_fk" FOREIGN KEY ("team_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "team" ADD CONSTRAINT "team_parent_fk" FOREIGN KEY ("parent_id") REFERENCES "public"."team"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_account" ADD CONSTRAINT "user_account_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_session" ADD CONSTRAINT "user_session_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "user_two_factor" ADD CONSTRAINT "user_two_factor_user_id_app_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "public"."app_user"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "campaign_created_idx" ON "campaign" USING btree ("created_at","campaign_id");--> statement-breakpoint
CREATE INDEX "campaign_due_idx" ON "campaign" USING btree ("next_run_at") WHERE next_run_at is not null;--> statement-breakpoint
CREATE INDEX "campaign_trigger_idx" ON "campaign" USING btree ("campaign_id") WHERE kind = 'triggered' and state = 'running';--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_link_url_idx" ON "campaign_link" USING btree ("campaign_id","url");--> statement-breakpoint
CREATE UNIQUE INDEX "campaign_run_occurrence_idx" ON "campaign_run" USING btree ("campaign_id","occurrence");--> statement-breakpoint
CREATE INDEX "campaign_run_open_idx" ON "campaign_run" USING btree ("wake_at","campaign_id") WHERE state in ('planning', 'sending');--> statement-breakpoint
CREATE INDEX "message_campaign_idx" ON "message" USING btree ("campaign_id","state","contact_id");--> statement-breakpoint
CREATE INDEX "message_claim_idx" ON "message" USING btree ("run_id","due_at") WHERE state in ('planned', 'retry');--> statement-breakpoint
CREATE INDEX "message_lease_idx" ON "message" USING btree ("lease_until") WHERE state = 'sending';--> statement-breakpoint
CREATE INDEX "message_unknown_idx" ON "message" USING btree ("due_at") WHERE state = 'unknown';--> statement-breakpoint
CREATE INDEX "message_forget_idx" ON "message" USING btree ("handed_at") WHERE state = 'sent' and data is not null and data <> '{}';--> statement-breakpoint
CREATE INDEX "message_request_message_idx" ON "message_request" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "response_campaign_idx" ON "response" USING btree ("campaign_id","kind","contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "template_key_idx" ON "template" USING btree ("key");--> statement-breakpoint
CREATE INDEX "consent_find_idx" ON "consent" USING btree ("purpose","channel","granted","contact_id");--> statement-breakpoint
CREATE INDEX "contact_created_idx" ON "contact" USING btree ("created_at","contact_id") WHERE "merged_into" is null and "kind" <> 'visitor';--> statement-breakpoint
CREATE INDEX "contact_updated_idx" ON "contact" USING btree ("updated_at","contact_id") WHERE "merged_into" is null and "kind" <> 'visitor';--> statement-breakpoint
CREATE INDEX "contact_name_idx" ON "contact" USING btree ("sort_name","contact_id") WHERE "merged_into" is null and "kind" <> 'visitor';--> statement-breakpoint
CREATE INDEX "contact_email_idx" ON "contact" USING btree ("email","contact_id") WHERE "merged_into" is null and "kind" <> 'visitor';--> statement-breakpoint
CREATE INDEX "contact_visitor_idx" ON "contact" USING btree ("created_at","contact_id") WHERE "kind" = 'visitor';--> statement-breakpoint
CREATE INDEX "contact_owner_idx" ON "contact" USING btree ("owner_id","created_at","contact_id") WHERE "owner_id" is not null;--> statement-breakpoint
CREATE INDEX "contact_birthday_idx" ON "contact" USING btree ("birth_month","birth_day","contact_id") WHERE "birth_month" is not null and "merged_into" is null;--> statement-breakpoint
CREATE INDEX "contact_merged_idx" ON "contact" USING btree ("merged_into") WHERE "merged_into" is not null;--> statement-breakpoint
CREATE INDEX "contact_tags_idx" ON "contact" USING gin ("tags");--> statement-breakpoint
CREATE INDEX "contact_search_idx" ON "contact" USING gin ("search" gin_trgm_ops) WHERE "merged_into" is null and "kind" <> 'visitor';--> statement-breakpoint
CREATE INDEX "contact_external_id_contact_idx" ON "contact_external_id" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "import_job_created_idx" ON "import_job" USING btree ("created_at","import_id");--> statement-breakpoint
CREATE INDEX "import_job_open_idx" ON "import_job" USING btree ("created_at","import_id") WHERE "import_job"."state" in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "saved_view_owner_idx" ON "saved_view" USING btree ("entity","owner_id");--> statement-breakpoint
CREATE INDEX "audit_log_entity_idx" ON "audit_log" USING btree ("entity","entity_id","at");--> statement-breakpoint
CREATE INDEX "audit_log_at_idx" ON "audit_log" USING btree ("at");--> statement-breakpoint
CREATE INDEX "idempotency_key_created_idx" ON "idempotency_key" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "outbox_pending_idx" ON "outbox" USING btree ("available_at","id") WHERE done_at is null and parked_at is null;--> statement-breakpoint
CREATE INDEX "outbox_parked_idx" ON "outbox" USING btree ("parked_at") WHERE parked_at is not null;--> statement-breakpoint
CREATE INDEX "task_id_idx" ON "task" USING btree ("task_id");--> statement-breakpoint
CREATE INDEX "task_assignee_idx" ON "task" USING btree ("assignee_id","state","due_at","task_id");--> statement-breakpoint
CREATE INDEX "task_due_idx" ON "task" USING btree ("state","due_at","task_id");--> statement-breakpoint
CREATE UNIQUE INDEX "category_external_idx" ON "category" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "category_path_idx" ON "category" USING gin ("path");--> statement-breakpoint
CREATE INDEX "orders_id_idx" ON "orders" USING btree ("order_id");--> statement-breakpoint
CREATE INDEX "orders_occurred_idx" ON "orders" USING btree ("occurred_at","order_id");--> statement-breakpoint
CREATE INDEX "orders_original_idx" ON "orders" USING btree ("original_order_id") WHERE "orders"."original_order_id" is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "price_list_external_idx" ON "price_list" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "price_list_created_idx" ON "price_list" USING btree ("created_at","price_list_id");--> statement-breakpoint
CREATE UNIQUE INDEX "price_list_entry_once_idx" ON "price_list_entry" USING btree ("price_list_id",coalesce("product_id", "category_id", '00000000-0000-0000-0000-000000000000'),"from_quantity",coalesce("valid_from", '-infinity'));--> statement-breakpoint
CREATE UNIQUE INDEX "product_external_idx" ON "product" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "product_category_idx" ON "product" USING btree ("category_id");--> statement-breakpoint
CREATE INDEX "sale_fact_product_idx" ON "sale_fact" USING btree ("product_id","contact_id");--> statement-breakpoint
CREATE INDEX "app_user_team_idx" ON "app_user" USING btree ("team_id");--> statement-breakpoint
CREATE INDEX "invitation_created_idx" ON "invitation" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "team_parent_idx" ON "team" USING btree ("parent_id");--> statement-breakpoint
CREATE UNIQUE INDEX "team_name_idx" ON "team" USING btree (lower("name"));--> statement-breakpoint
CREATE UNIQUE INDEX "user_account_user_idx" ON "user_account" USING btree ("user_id","provider_id");--> statement-breakpoint
CREATE INDEX "user_session_user_idx" ON "user_session" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_two_factor_user_idx" ON "user_two_factor" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "user_verification_identifier_idx" ON "user_verification" USING btree ("identifier");--> statement-breakpoint
CREATE INDEX "lead_grade_idx" ON "lead" USING btree ("grade","score","contact_id") WHERE known;--> statement-breakpoint
CREATE INDEX "lead_score_idx" ON "lead" USING btree ("score","contact_id") WHERE known;--> statement-breakpoint
CREATE INDEX "lead_review_idx" ON "lead" USING btree ("review_at") WHERE review_at is not null;--> statement-breakpoint
CREATE INDEX "score_guard_voided_idx" ON "score_guard" USING btree ("contact_id","rule_id","fact_key") WHERE voided_at is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "segment_name_idx" ON "segment" USING btree (lower("name")) WHERE archived_at is null;--> statement-breakpoint
CREATE INDEX "segment_dependency_segment_idx" ON "segment_dependency" USING btree ("segment_id");--> statement-breakpoint
CREATE INDEX "segment_member_segment_idx" ON "segment_member" USING btree ("segment_id","contact_id");--> statement-breakpoint
CREATE INDEX "segment_member_due_idx" ON "segment_member" USING btree ("valid_until") WHERE valid_until is not null;--> statement-breakpoint
CREATE INDEX "segment_pending_segment_idx" ON "segment_pending" USING btree ("segment_id");--> statement-breakpoint
CREATE INDEX "segment_size_change_segment_idx" ON "segment_size_change" USING btree ("segment_id");--> statement-breakpoint
CREATE INDEX "segment_transition_segment_idx" ON "segment_transition" USING btree ("segment_id","occurred_at","id");--> statement-breakpoint
CREATE INDEX "dead_letter_source_idx" ON "dead_letter" USING btree ("source_id","received_at","id");--> statement-breakpoint
CREATE INDEX "dead_letter_received_idx" ON "dead_letter" USING btree ("received_at","id");--> statement-breakpoint
CREATE INDEX "event_name_idx" ON "event" USING btree ("name","occurred_at");--> statement-breakpoint
CREATE INDEX "event_cart_idx" ON "event" USING btree ("contact_id","origin_id","occurred_at") WHERE name in ('Product Added', 'Product Removed', 'Wishlist Product Added to Cart', 'Cart Viewed', 'Checkout Started', 'Checkout Step Viewed', 'Checkout Step Completed', 'Payment Info Entered', 'Coupon Entered', 'Coupon Applied', 'Coupon Denied', 'Coupon Removed', 'Order Completed');--> statement-breakpoint
CREATE INDEX "event_follow_idx" ON "event" USING btree ((properties->>'order_id')) WHERE name in ('Order Updated', 'Order Refunded', 'Order Cancelled');--> statement-breakpoint
CREATE INDEX "event_onsite_idx" ON "event" USING btree ((properties->>'message_id'),"name") WHERE name in ('On-site Message Shown', 'On-site Message Clicked', 'On-site Message Closed', 'On-site Message Held Back');--> statement-breakpoint
CREATE INDEX "event_recorded_idx" ON "event" USING brin ("recorded_at");--> statement-breakpoint
CREATE UNIQUE INDEX "source_write_key_idx" ON "source" USING btree ("write_key");--> statement-breakpoint
CREATE INDEX "visitor_lookup_contact_idx" ON "visitor_lookup" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "visitor_lookup_day_idx" ON "visitor_lookup" USING btree ("created_at") WHERE starts_with(anonymous_id, 'cl_');--> statement-breakpoint
CREATE INDEX "provider_event_message_idx" ON "provider_event" USING btree ("message_id");--> statement-breakpoint
CREATE INDEX "provider_event_received_idx" ON "provider_event" USING btree ("received_at");--> statement-breakpoint
CREATE INDEX "campaign_approval_campaign_idx" ON "campaign_approval" USING btree ("campaign_id","asked_at");--> statement-breakpoint
CREATE INDEX "campaign_approval_waiting_idx" ON "campaign_approval" USING btree ("asked_at") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "journey_created_idx" ON "journey" USING btree ("created_at","journey_id");--> statement-breakpoint
CREATE INDEX "journey_entry_idx" ON "journey" USING btree ("entry_kind","entry_key") WHERE state in ('running', 'paused');--> statement-breakpoint
CREATE UNIQUE INDEX "journey_person_once_idx" ON "journey_person" USING btree ("contact_id","journey_id") WHERE state <> 'left';--> statement-breakpoint
CREATE UNIQUE INDEX "journey_person_cause_idx" ON "journey_person" USING btree ("contact_id","journey_id","cause") WHERE cause is not null;--> statement-breakpoint
CREATE INDEX "journey_person_due_idx" ON "journey_person" USING btree ("journey_id","wake_at") WHERE state <> 'left';--> statement-breakpoint
CREATE INDEX "journey_person_place_idx" ON "journey_person" USING btree ("journey_id","version","node_id","state");--> statement-breakpoint
CREATE INDEX "journey_visit_count_idx" ON "journey_visit" USING btree ("journey_id","version","node_id","exit");--> statement-breakpoint
CREATE INDEX "send_decision_message_idx" ON "send_decision" USING btree ("contact_id","message_id");--> statement-breakpoint
CREATE INDEX "product_neighbour_other_idx" ON "product_neighbour" USING btree ("other_id");--> statement-breakpoint
CREATE INDEX "product_popularity_place_idx" ON "product_popularity" USING btree ("place");--> statement-breakpoint
CREATE INDEX "product_popularity_category_idx" ON "product_popularity" USING btree ("category_id","place_in_category");--> statement-breakpoint
CREATE INDEX "identity_edge_value_idx" ON "identity_edge" USING btree ("kind","value") WHERE strength = 'strong';--> statement-breakpoint
CREATE INDEX "identity_edge_hint_idx" ON "identity_edge" USING btree ("kind","value","node_id") WHERE strength = 'weak' and removed_at is null and kind in ('email', 'phone');--> statement-breakpoint
CREATE INDEX "identity_merge_from_idx" ON "identity_merge" USING btree ("from_id");--> statement-breakpoint
CREATE INDEX "identity_merge_to_idx" ON "identity_merge" USING btree ("to_id");--> statement-breakpoint
CREATE UNIQUE INDEX "identity_review_pair_idx" ON "identity_review" USING btree ("node_a","node_b");--> statement-breakpoint
CREATE INDEX "identity_review_open_idx" ON "identity_review" USING btree ((reason = 'unproven'),"created_at","review_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "identity_review_b_idx" ON "identity_review" USING btree ("node_b");--> statement-breakpoint
CREATE INDEX "accrual_occurred_idx" ON "accrual" USING btree ("contact_id","occurred_at");--> statement-breakpoint
CREATE INDEX "accrual_backtest_program_idx" ON "accrual_backtest" USING btree ("program_id","created_at");--> statement-breakpoint
CREATE INDEX "accrual_backtest_open_idx" ON "accrual_backtest" USING btree ("created_at") WHERE state in ('waiting', 'running');--> statement-breakpoint
CREATE INDEX "accrual_rule_program_idx" ON "accrual_rule" USING btree ("program_id","created_at");--> statement-breakpoint
CREATE INDEX "accrual_rule_live_idx" ON "accrual_rule" USING btree ("rule_id") WHERE state = 'live';--> statement-breakpoint
CREATE INDEX "challenge_program_idx" ON "challenge" USING btree ("program_id","created_at");--> statement-breakpoint
CREATE INDEX "referral_waiting_idx" ON "referral" USING btree ("program_id","contact_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "referral_referrer_idx" ON "referral" USING btree ("referrer_id","program_id");--> statement-breakpoint
CREATE INDEX "referral_code_contact_idx" ON "referral_code" USING btree ("contact_id","program_id");--> statement-breakpoint
CREATE UNIQUE INDEX "coupon_send_key_idx" ON "coupon" USING btree ("contact_id","send_key") WHERE send_key is not null;--> statement-breakpoint
CREATE INDEX "coupon_campaign_idx" ON "coupon" USING btree ("coupon_campaign_id","state","coupon_id");--> statement-breakpoint
CREATE INDEX "coupon_ending_idx" ON "coupon" USING btree ("valid_until") WHERE state in ('issued', 'held');--> statement-breakpoint
CREATE INDEX "coupon_batch_campaign_idx" ON "coupon_batch" USING btree ("coupon_campaign_id","batch_id");--> statement-breakpoint
CREATE INDEX "coupon_batch_open_idx" ON "coupon_batch" USING btree ("created_at") WHERE state in ('queued', 'running');--> statement-breakpoint
CREATE INDEX "coupon_reservation_order_idx" ON "coupon_reservation" USING btree ("order_key");--> statement-breakpoint
CREATE INDEX "coupon_reservation_sold_idx" ON "coupon_reservation" USING btree ("order_id") WHERE order_id is not null;--> statement-breakpoint
CREATE INDEX "coupon_reservation_ending_idx" ON "coupon_reservation" USING btree ("expires_at") WHERE state = 'held';--> statement-breakpoint
CREATE INDEX "coupon_reservation_coupon_idx" ON "coupon_reservation" USING btree ("coupon_id") WHERE state = 'held' and coupon_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "adjustment_request_key_idx" ON "adjustment_request" USING btree ("contact_id","program_id","key","origin_id");--> statement-breakpoint
CREATE INDEX "adjustment_request_id_idx" ON "adjustment_request" USING btree ("request_id");--> statement-breakpoint
CREATE INDEX "adjustment_request_to_idx" ON "adjustment_request" USING btree ("to_contact_id") WHERE to_contact_id is not null;--> statement-breakpoint
CREATE INDEX "adjustment_request_waiting_idx" ON "adjustment_request" USING btree ("created_at","request_id") WHERE state = 'waiting';--> statement-breakpoint
CREATE INDEX "family_member_owner_idx" ON "family_member" USING btree ("owner_id","wallet_id");--> statement-breakpoint
CREATE INDEX "ledger_check_started_idx" ON "ledger_check" USING btree ("started_at");--> statement-breakpoint
CREATE INDEX "ledger_entry_by_idx" ON "ledger_entry" USING btree ("by_contact_id") WHERE by_contact_id is not null;--> statement-breakpoint
CREATE INDEX "ledger_posting_day_idx" ON "ledger_posting" USING brin ("occurred_at");--> statement-breakpoint
CREATE INDEX "lot_live_idx" ON "lot" USING btree ("contact_id","wallet_id") WHERE live;--> statement-breakpoint
CREATE INDEX "lot_source_idx" ON "lot" USING btree ("contact_id","source");--> statement-breakpoint
CREATE INDEX "lot_pending_idx" ON "lot" USING btree ("activates_at") WHERE pending > 0;--> statement-breakpoint
CREATE INDEX "lot_ending_idx" ON "lot" USING btree ("program_id","expires_at") WHERE live;--> statement-breakpoint
CREATE INDEX "lot_by_idx" ON "lot" USING btree ("by_contact_id") WHERE by_contact_id is not null;--> statement-breakpoint
CREATE INDEX "point_hold_key_idx" ON "point_hold" USING btree ("contact_id","key");--> statement-breakpoint
CREATE INDEX "point_hold_active_idx" ON "point_hold" USING btree ("contact_id","wallet_id") WHERE state = 'active';--> statement-breakpoint
CREATE INDEX "point_hold_ending_idx" ON "point_hold" USING btree ("expires_at") WHERE state = 'active';--> statement-breakpoint
CREATE INDEX "point_hold_by_idx" ON "point_hold" USING btree ("by_contact_id") WHERE by_contact_id is not null;--> statement-breakpoint
CREATE INDEX "point_spend_key_idx" ON "point_spend" USING btree ("contact_id","key");--> statement-breakpoint
CREATE INDEX "point_spend_entry_idx" ON "point_spend" USING btree ("contact_id","entry_id");--> statement-breakpoint
CREATE INDEX "point_spend_by_idx" ON "point_spend" USING btree ("by_contact_id") WHERE by_contact_id is not null;--> statement-breakpoint
CREATE INDEX "wallet_program_idx" ON "wallet" USING btree ("contact_id","program_id","kind");--> statement-breakpoint
CREATE INDEX "wallet_family_idx" ON "wallet" USING btree ("family_owner_id") WHERE family_owner_id is not null;--> statement-breakpoint
CREATE INDEX "wallet_idle_idx" ON "wallet" USING btree ("expires_at") WHERE expires_at is not null;--> statement-breakpoint
CREATE INDEX "offer_use_offer_idx" ON "offer_use" USING btree ("offer_id","occurred_at");--> statement-breakpoint
CREATE INDEX "promotion_created_idx" ON "promotion" USING btree ("created_at","promotion_id");--> statement-breakpoint
CREATE INDEX "promotion_live_idx" ON "promotion" USING btree ("promotion_id") WHERE state = 'live';--> statement-breakpoint
CREATE INDEX "promotion_backtest_promotion_idx" ON "promotion_backtest" USING btree ("promotion_id","created_at");--> statement-breakpoint
CREATE INDEX "promotion_backtest_open_idx" ON "promotion_backtest" USING btree ("created_at") WHERE state in ('waiting', 'running');--> statement-breakpoint
CREATE UNIQUE INDEX "loyalty_member_once_idx" ON "loyalty_member" USING btree ("contact_id","program_id","origin_id");--> statement-breakpoint
CREATE INDEX "loyalty_member_program_idx" ON "loyalty_member" USING btree ("program_id","enrolled_at");--> statement-breakpoint
CREATE INDEX "member_card_contact_idx" ON "member_card" USING btree ("contact_id");--> statement-breakpoint
CREATE INDEX "member_code_contact_idx" ON "member_code" USING btree ("contact_id","created_at");--> statement-breakpoint
CREATE INDEX "member_code_expires_idx" ON "member_code" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "receipt_claim_contact_idx" ON "receipt_claim" USING btree ("contact_id","claimed_at" desc);--> statement-breakpoint
CREATE INDEX "reward_program_idx" ON "reward" USING btree ("program_id","created_at");--> statement-breakpoint
CREATE UNIQUE INDEX "reward_redemption_key_idx" ON "reward_redemption" USING btree ("contact_id","key","origin_id");--> statement-breakpoint
CREATE INDEX "reward_redemption_id_idx" ON "reward_redemption" USING btree ("redemption_id");--> statement-breakpoint
CREATE INDEX "reward_redemption_reward_idx" ON "reward_redemption" USING btree ("reward_id","redeemed_at");--> statement-breakpoint
CREATE INDEX "reward_redemption_open_idx" ON "reward_redemption" USING btree ("redeemed_at","redemption_id") WHERE state = 'open';--> statement-breakpoint
CREATE INDEX "sale_reserved_idx" ON "sale" USING btree ("reserved_until") WHERE state = 'reserved';--> statement-breakpoint
CREATE INDEX "sale_lookup_sale_idx" ON "sale_lookup" USING btree ("sale_id");--> statement-breakpoint
CREATE INDEX "sale_lookup_contact_idx" ON "sale_lookup" USING btree ("contact_id");--> statement-breakpoint
CREATE UNIQUE INDEX "person_category_request_idx" ON "person_category_assignment" USING btree ("contact_id","category_id","origin_id") WHERE state = 'requested';--> statement-breakpoint
CREATE INDEX "person_category_waiting_idx" ON "person_category_assignment" USING btree ("requested_at","assignment_id") WHERE state = 'requested';--> statement-breakpoint
CREATE INDEX "person_category_held_idx" ON "person_category_assignment" USING btree ("category_id","contact_id") WHERE state = 'approved';--> statement-breakpoint
CREATE INDEX "personal_discount_waiting_idx" ON "personal_discount" USING btree ("requested_at","discount_id") WHERE state = 'requested';--> statement-breakpoint
CREATE UNIQUE INDEX "tier_ladder_active_idx" ON "tier_ladder" USING btree ("program_id") WHERE state = 'active';--> statement-breakpoint
CREATE INDEX "tier_ladder_building_idx" ON "tier_ladder" USING btree ("updated_at") WHERE build_after is not null;--> statement-breakpoint
CREATE INDEX "tier_standing_due_idx" ON "tier_standing" USING btree ("next_review_at") WHERE next_review_at is not null;--> statement-breakpoint
CREATE INDEX "tier_standing_grace_idx" ON "tier_standing" USING btree ("program_id","grace_until") WHERE grace_until is not null;--> statement-breakpoint
CREATE INDEX "tier_standing_tier_idx" ON "tier_standing" USING btree ("ladder_id","tier_id","contact_id");--> statement-breakpoint
CREATE INDEX "tier_transition_ladder_idx" ON "tier_transition" USING btree ("ladder_id","occurred_at","transition_id");--> statement-breakpoint
CREATE INDEX "contact_trait_expires_idx" ON "contact_trait" USING btree ("expires_at") WHERE "contact_trait"."expires_at" is not null;--> statement-breakpoint
CREATE INDEX "contact_trait_due_idx" ON "contact_trait_due" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "session_time_idx" ON "session" USING brin ("started_at","ended_at");--> statement-breakpoint
CREATE INDEX "cart_last_idx" ON "cart" USING btree ("state","last_at");--> statement-breakpoint
CREATE INDEX "interest_key_idx" ON "interest" USING btree ("kind","key","last_at");--> statement-breakpoint
CREATE UNIQUE INDEX "form_name_idx" ON "form" USING btree (lower("name"));--> statement-breakpoint
CREATE INDEX "form_submission_list_idx" ON "form_submission" USING btree ("form_id","submitted_at","submission_id");--> statement-breakpoint
CREATE INDEX "form_submission_state_idx" ON "form_submission" USING btree ("form_id","state","submitted_at","submission_id");--> statement-breakpoint
CREATE INDEX "form_submission_email_idx" ON "form_submission" USING btree ("email","submitted_at");--> statement-breakpoint
CREATE INDEX "form_submission_node_idx" ON "form_submission" USING btree ("node_id") WHERE node_id is not null;--> statement-breakpoint
CREATE INDEX "onsite_message_order_idx" ON "onsite_message" USING btree ("priority","created_at");